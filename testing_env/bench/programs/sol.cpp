#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    long long best = LLONG_MIN, sum = 0;
    while (n--) {
        long long x;
        cin >> x;
        sum = max(x, sum + x);
        best = max(best, sum);
    }
    cout << best << "\n";
}
