// verdict: RE
// input: 100000
// expect: 1
// note: irreflexive
#include <bits/stdc++.h>
using namespace std;

bool before(const pair<string, int>& a, const pair<string, int>& b) {
    return a.second <= b.second;
}

int main() {
    int n;
    cin >> n;
    vector<pair<string, int>> a(n, {"a name that is too long to be short", 1});
    sort(a.begin(), a.end(), before); // WRONG
    cout << a[0].second << "\n";
}
