// verdict: MLE
// input: 10000
// expect: 1
// note: MiB that its memory grew by came in this line
#include <stdio.h>

static int table[20000][20000];

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    for (int i = 0; i < 20000; i++)
        for (int j = 0; j < 20000; j++)
            table[i][j] = (i ^ j) & n; // WRONG
    printf("%d\n", table[n][n]);
    return 0;
}
