// verdict: PE
// input: 3
// expect: 1\n2\n3
// checker: echo "Unexpected end of file - int32 expected" >&2; exit 2
// note: the checker expected more
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    for (int i = 1; i < n; i++)
        cout << i << "\n"; // WRONG
}
