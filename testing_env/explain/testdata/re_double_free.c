// verdict: RE
// input: 1
// expect: 1
// note: given back twice
#include <stdio.h>
#include <stdlib.h>

static int *make(int n) { return malloc(sizeof(int) * (size_t)n); }

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    int *rows[2] = {make(n + 3), NULL};
    rows[n] = rows[0];
    for (int i = 0; i < 2; i++)
        free(rows[i]); // WRONG
    printf("%d\n", n);
    return 0;
}
