#include <bits/stdc++.h>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    int n;
    std::cin >> n;
    unsigned long long sum = 0;
    for (unsigned x; n-- && std::cin >> x;) sum += x;
    std::cout << sum << "\n";
}
