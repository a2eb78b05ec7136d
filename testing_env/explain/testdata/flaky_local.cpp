// verdict: WA
// flaky: yes
// input: 3
// expect: 1
// note: never set
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    int count[64];
    for (int i = 0; i < n; i++) count[i] = 0;
    // The addresses that are left on the stack are others every time.
    long long sum = 0;
    for (int i = 0; i < 64; i++) sum += (count[i] >> 13) & 1;
    if (sum % 2 == 1) { // WRONG
        cout << 1 << "\n";
    } else {
        cout << 0 << "\n";
    }
}
