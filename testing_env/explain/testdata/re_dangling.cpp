// verdict: RE
// input: 5
// expect: 5
// note: use after free
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<string> names = {string(40, 'a')};
    string& first = names[0];
    for (int i = 0; i < n; i++) names.push_back(string(40, 'b'));
    first.assign(3000000, 'c'); // WRONG
    cout << first.size() << "\n";
}
