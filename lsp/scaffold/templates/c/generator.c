/* The generator: prints one random input. The seed is the last argument; the
   same seed must give the same input. Small inputs find bugs best. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state;

static uint64_t next(void) {
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static long long pick(long long lo, long long hi) {
    return lo + (long long)(next() % (uint64_t)(hi - lo + 1));
}

int main(int argc, char **argv) {
    state = strtoull(argv[argc - 1], NULL, 10);

    /* Replace this by the problem's own input. */
    int n = (int)pick(1, 8);
    printf("%d\n", n);
    for (int i = 0; i < n; i++) printf("%lld%c", pick(-10, 10), i == n - 1 ? '\n' : ' ');
    return 0;
}
