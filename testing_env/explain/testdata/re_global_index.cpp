// verdict: RE
// input: 7
// expect: 1
// note: index 7000000 out of bounds for type 'int [10]'
#include <bits/stdc++.h>
using namespace std;

int seen[10];

int main() {
    int n;
    cin >> n;
    seen[n * 1000000]++; // WRONG
    cout << seen[n] << "\n";
}
