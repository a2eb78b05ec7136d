// input: 3
// expect: yes\n1 2 3
// checker: echo "no such permutation" >&2; exit 1
// note: need not be wrong
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    cout << "yes\n";
    for (int i = 0; i < n; i++) {
        cout << n - i << " "; // WRONG
    }
    cout << "\n";
}
