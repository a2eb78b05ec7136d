// The generator: prints one random input. The seed is the last argument; the
// same seed must give the same input. Small inputs find bugs best.
#include <bits/stdc++.h>
using namespace std;

int main(int argc, char** argv) {
    mt19937_64 rng(strtoull(argv[argc - 1], nullptr, 10));
    auto pick = [&](long long lo, long long hi) { return uniform_int_distribution<long long>(lo, hi)(rng); };

    // Replace this by the problem's own input.
    int n = pick(1, 8);
    cout << n << '\n';
    for (int i = 0; i < n; i++) cout << pick(-10, 10) << " \n"[i == n - 1];
}
