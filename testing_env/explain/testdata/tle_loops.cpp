// verdict: TLE
// input: 200000
// expect: 1
// note: of its time was spent in this line
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<int> a(n);
    for (int i = 0; i < n; i++) a[i] = (i * 7919LL) % n;
    long long inversions = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            inversions += a[i] % (j + 1) > a[j] % (i + 1); // WRONG
    cout << inversions << "\n";
}
