// verdict: MLE
// input: 1
// expect: 1
// note: std::bad_alloc
#include <bits/stdc++.h>
using namespace std;

int main() {
    long long n;
    cin >> n;
    vector<long long> a(n << 36); // WRONG
    cout << a.size() << "\n";
}
