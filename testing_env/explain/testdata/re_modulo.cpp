// verdict: RE
// input: 0
// expect: 1
// note: division by zero
#include <bits/stdc++.h>
using namespace std;

int rest(int a, int b) {
    return a % b; // WRONG
}

int main() {
    int n;
    cin >> n;
    cout << rest(7, n) << "\n";
}
