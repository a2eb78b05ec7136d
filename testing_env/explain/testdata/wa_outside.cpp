// input: 3
// expect: 6
// also: out-of-bounds index 3, but container only holds 3 elements
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<int> a(n, 2);
    int sum = 0;
    for (int i = 0; i <= n; i++) {
        sum += a[i]; // ALSO
    }
    sum = max(sum, 7);
    cout << sum << "\n"; // WRONG
}
