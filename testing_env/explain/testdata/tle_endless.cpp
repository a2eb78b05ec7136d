// verdict: TLE
// input: 7 2
// expect: 1
// note: of its time was spent in this line
#include <bits/stdc++.h>
using namespace std;

unsigned step(unsigned x) {
    return x * 1664525u + 1013904223u; // WRONG
}

int main() {
    unsigned x, end;
    cin >> x >> end;
    while (x != end) x = step(x) | 1;
    cout << x << "\n";
}
