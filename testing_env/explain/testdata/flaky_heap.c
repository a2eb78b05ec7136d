// verdict: WA
// flaky: yes
// input: 3
// expect: 1
// note: never set
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    char **filled = malloc(800);
    for (int i = 0; i < 100; i++)
        filled[i] = (char *)&filled[i];
    free(filled);
    unsigned long *a = malloc(800);
    if (a[n * 10] >> 13 & 1) // WRONG
        puts("1");
    else
        puts("0");
    return 0;
}
