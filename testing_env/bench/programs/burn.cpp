#include <bits/stdc++.h>

// Burns as many milliseconds of processor time as the macro says.
int main() {
    int n;
    std::cin >> n;
    const std::clock_t end = std::clock() + std::clock_t(BURN_MS) * CLOCKS_PER_SEC / 1000;
    while (std::clock() < end) {}
    std::cout << n << "\n";
}
