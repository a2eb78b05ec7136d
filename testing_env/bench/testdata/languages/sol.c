#include <stdio.h>

int main(void) {
    int n;
    long best = -1L << 60, sum = -1L << 60, x;
    scanf("%d", &n);
    while (n--) {
        scanf("%ld", &x);
        sum = sum > 0 ? sum + x : x;
        best = sum > best ? sum : best;
    }
    printf("%ld\n", best);
}
