// input: 50000
// expect: 2500000000
// also: signed integer overflow: 50000 * 50000 cannot be represented in type 'int'
#include <bits/stdc++.h>
using namespace std;

int area(int a) {
    return a * a; // ALSO
}

int main() {
    int n;
    cin >> n;
    long long result = area(n);
    cout << result << "\n"; // WRONG
}
