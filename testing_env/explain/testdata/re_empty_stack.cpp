// verdict: RE
// input: 0
// expect: 0
// note: empty
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<string> names(n);
    string all;
    names.pop_back(); // WRONG
    for (auto& s : names) all += s;
    cout << all << "\n";
}
