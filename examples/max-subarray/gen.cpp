#include <bits/stdc++.h>
using namespace std;

int main(int argc, char** argv) {
    mt19937_64 rng(stoull(argv[argc - 1]));
    auto pick = [&](long long lo, long long hi) { return uniform_int_distribution<long long>(lo, hi)(rng); };

    int n = pick(4, 10);
    long long limit = vector<long long>{3, 10, 1000000000}[pick(0, 2)];
    cout << n << '\n';
    for (int i = 0; i < n; i++) cout << pick(-limit, limit) << " \n"[i + 1 == n];
}
