#include <cstdio>
#include <cstdlib>
#include <random>

// About a megabyte of numbers.
int main(int argc, char **argv) {
    std::mt19937 rng(std::atoi(argv[argc - 1]));
    const int n = 100000;
    std::printf("%d\n", n);
    for (int i = 0; i < n; i++) std::printf("%u%c", unsigned(rng()), i + 1 < n ? ' ' : '\n');
}
