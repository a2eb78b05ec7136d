#include <bits/stdc++.h>
#include "largest.h"
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<long long> v(n);
    for (auto& x : v) cin >> x;
#ifdef ONLINE_JUDGE
    cout << accumulate(v.begin(), v.end(), 0LL) << " " << largest(v) << endl;
#endif
}
