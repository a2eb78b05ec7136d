// verdict: RE
// input: 3
// expect: 0
// note: iterator
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    set<int> left;
    for (int i = 0; i < n; i++) left.insert(i);
    for (auto it = left.begin(); it != left.end(); ++it) { // WRONG
        if (*it >= 0) left.erase(it);
    }
    cout << left.size() << "\n";
    for (auto it = left.begin(); it != left.end();) it = left.erase(it);
    vector<int>* none = nullptr;
    none->push_back(1);
}
