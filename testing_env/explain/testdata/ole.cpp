// verdict: OLE
// input: 5
// expect: 5
// note: goes on printing
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    while (n > 0) {
        cout << n << "\n"; // WRONG
    }
}
