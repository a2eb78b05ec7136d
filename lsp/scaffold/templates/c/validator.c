/* The validator: reads an input and exits with 1, saying why, unless it keeps
   every promise of the statement. It keeps generated and shrunk inputs valid. */
#include <stdio.h>
#include <stdlib.h>

static long long number(const char *what, long long lo, long long hi) {
    long long x;
    if (scanf("%lld", &x) != 1) {
        fprintf(stderr, "%s is missing or not a number\n", what);
        exit(1);
    }
    if (x < lo || x > hi) {
        fprintf(stderr, "%s is %lld, not between %lld and %lld\n", what, x, lo, hi);
        exit(1);
    }
    return x;
}

int main(void) {
    /* Replace this by the statement's own promises. */
    int n = (int)number("n", 1, 200000);
    for (int i = 0; i < n; i++) number("a number", -1000000000, 1000000000);
    char more[2];
    if (scanf("%1s", more) == 1) {
        fprintf(stderr, "the input goes on\n");
        return 1;
    }
    return 0;
}
