#include <cstdio>
#include <cstdlib>
#include <random>

int main(int argc, char **argv) {
    std::mt19937 rng(std::atoi(argv[argc - 1]));
    int n = rng() % 8 + 1;
    std::printf("%d\n", n);
    for (int i = 0; i < n; i++) std::printf("%d ", int(rng() % 21) - 10);
    std::puts("");
}
