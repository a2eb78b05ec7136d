#include <stdio.h>
#include <string.h>

static char s[1000001];

static int repeats_after(int p, int n) {
    for (int i = 0; i + p < n; i++)
        if (s[i] != s[i + p]) return 0;
    return 1;
}

int main(void) {
    if (scanf("%1000000s", s) != 1) return 1;
    int n = strlen(s), p = 1;
    while (!repeats_after(p, n)) p++;
    printf("%d\n", p);
    return 0;
}
