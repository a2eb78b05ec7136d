// input: 3
// expect: 1 2 3
// checker: echo "wrong answer 2nd numbers differ - expected: '2', found: '5'" >&2; exit 1
// note: the checker's message names this token
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    cout << 1 << "\n";
    cout << 5 << "\n"; // WRONG
    cout << n << "\n";
}
