#include <bits/stdc++.h>

// Uses memory as programs do that are not tiny: a table of megabytes, a large vector, a
// tree and many small strings.
static long long table[1 << 19];

int main() {
    int n;
    std::cin >> n;
    long long sum = 0;
    for (int i = 0; i < (1 << 19); i += 8) table[i] = i ^ n;
    std::vector<int> heap(1 << 18);
    for (int i = 0; i < int(heap.size()); i += 16) heap[i] = i % (n + 1);
    std::map<int, std::string> tree;
    for (int i = 0; i < 300; i++) tree[i * 7 % 300] = std::string(20 + i % 20, char('a' + i % 26));
    for (auto &[k, v] : tree) sum += k + long(v.size());
    for (int i = 0; i < (1 << 19); i += 64) sum += table[i] + heap[i / 2];
    std::cout << sum << "\n";
}
