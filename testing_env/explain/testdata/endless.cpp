// input: 3
// expect: 3
// note: does the recursion end?
// verdict: RE
#include <bits/stdc++.h>
using namespace std;

int depth(const int *n) { int more = *n + 1; return depth(&more) + more; } // WRONG
int main() {
	int n;
	cin >> n;
	cout << depth(&n);
}
