// verdict: RE
// input: 4
// expect: 1
// note: just behind a block of 16 bytes
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    int* a = new int[n];
    for (int i = 0; i <= n + 8; i++) a[i] = 1 << 20; // WRONG
    int* b = new int[n];
    b[0] = a[0];
    delete[] b;
    delete[] a;
    cout << 1 << "\n";
}
