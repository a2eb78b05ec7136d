// input: 40
// expect: 1099511627776
// also: shift exponent 40 is too large
#include <stdio.h>

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    long long power = 1 << n; // ALSO
    printf("%lld\n", power); // WRONG
    return 0;
}
