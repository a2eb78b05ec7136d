#include <iostream>
#include <random>
#include <string>

int main(int argc, char** argv) {
    std::mt19937_64 rng(std::stoull(argv[argc - 1]));
    auto pick = [&](int lo, int hi) { return std::uniform_int_distribution<int>(lo, hi)(rng); };

    int n = pick(1, 10), colours = pick(1, 5);
    char favourite = 'a' + pick(0, colours - 1);
    for (int i = 0; i < n; i++) std::cout << (pick(1, 3) == 1 ? favourite : char('a' + pick(0, colours - 1)));
    std::cout << '\n';
}
