// verdict: TLE
// input: 300000
// expect: 1
// note: of its time was spent in this line
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<int> a;
    for (int i = 0; i < n; i++) {
        int x = (i * 7919LL) % n;
        if (find(a.begin(), a.end(), x) == a.end()) // WRONG
            a.push_back(x);
    }
    cout << a.size() << "\n";
}
