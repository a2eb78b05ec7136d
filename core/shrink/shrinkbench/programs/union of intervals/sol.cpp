#include <bits/stdc++.h>
using namespace std;
int main() {
	int n;
	cin >> n;
	vector<pair<int, int>> a(n);
	for (auto &[l, r] : a) cin >> l >> r;
	sort(a.begin(), a.end());
	long long end = -1, parts = 0;
	for (auto [l, r] : a) {
		if (l >= end) parts++;
		end = max<long long>(end, r);
	}
	cout << parts << "\n";
}
