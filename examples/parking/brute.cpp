#include <iostream>
#include <vector>

int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<bool> taken(n + 1);
    while (m--) {
        int place;
        if (!(std::cin >> place) || place < 1 || place > n) return 1;
        while (place <= n && taken[place]) place++;
        if (place <= n) taken[place] = true;
        std::cout << (place <= n ? place : -1) << '\n';
    }
}
