#include <bits/stdc++.h>
using namespace std;

// The best segment that ends at i is the sum up to i less the smallest sum up to
// some earlier place.
long long best_segment(const vector<long long>& a) {
    long long best = LLONG_MIN, sum = 0, lowest = 0;
    for (long long x : a) {
        sum += x;
        lowest = min(lowest, sum);
        best = max(best, sum - lowest);
    }
    return best;
}

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n;
    cin >> n;
    vector<long long> a(n);
    for (auto& x : a) cin >> x;
    cout << best_segment(a) << '\n';
}
