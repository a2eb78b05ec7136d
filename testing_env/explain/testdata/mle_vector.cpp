// verdict: MLE
// input: 10
// expect: 1
// note: MiB that its memory grew by came in this line
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<vector<long long>> rows;
    for (int i = 0; i < 100000000; i++) {
        rows.emplace_back(10000, i); // WRONG
    }
    cout << rows.size() << "\n";
}
