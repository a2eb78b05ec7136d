// verdict: RE
// input: 3
// expect: 1
// note: out-of-bounds index -1, but container only holds 3 elements
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<int> a(n);
    long long total = 0;
    for (int i = 0; i < n; i++) total += a[i - 1] + a[i]; // WRONG
    for (int i = 0; i < 100000000; i += 4096) total += a[i];
    cout << total << "\n";
}
