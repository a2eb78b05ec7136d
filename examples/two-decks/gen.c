#include <stdio.h>
#include <stdlib.h>

static unsigned long long state;

/* A number from lo to hi (splitmix64). */
static int pick(int lo, int hi) {
    unsigned long long z = state += 0x9e3779b97f4a7c15ULL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return lo + (int)((z ^ z >> 31) % (unsigned)(hi - lo + 1));
}

static void deck(int size, int base, int kinds) {
    for (int i = 0; i < size; i++) printf("%d%c", base + pick(0, kinds - 1), i + 1 < size ? ' ' : '\n');
}

int main(int argc, char **argv) {
    state = strtoull(argv[argc - 1], NULL, 10);
    int n = pick(1, 6), m = pick(1, 6), kinds = pick(1, 8);
    int base = 1;
    if (pick(1, 4) == 1) base = pick(1, 150);
    if (pick(1, 40) == 1) base = pick(1, 1000000000 - kinds);
    printf("%d %d\n", n, m);
    deck(n, base, kinds);
    deck(m, base, kinds);
    return 0;
}
