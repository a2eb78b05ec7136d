#include <bits/stdc++.h>
using namespace std;

int main() {
    int n, k;
    cin >> n >> k;
    vector<double> ropes(n);
    for (auto& r : ropes) cin >> r;

    auto pieces = [&](double length) {
        long long sum = 0;
        for (double r : ropes) sum += (long long)(r / length);
        return sum;
    };

    double lo = 0, hi = 1e9 + 1;
    while (hi - lo > 1e-9) {
        double mid = (lo + hi) / 2;
        if (pieces(mid) >= k) lo = mid;
        else hi = mid;
    }
    cout << fixed << setprecision(9) << lo << '\n';
}
