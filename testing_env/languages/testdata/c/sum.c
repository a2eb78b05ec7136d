#include <limits.h>
#include <math.h>
#include <stdio.h>
#include "largest.h"

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    long long sum = 0, max = LLONG_MIN;
    for (int i = 0; i < n; i++) {
        long long x;
        if (scanf("%lld", &x) != 1) return 1;
        sum += x;
        max = larger(max, x);
    }
    printf("%.0f %lld\n", floor((double)sum), max);
}
