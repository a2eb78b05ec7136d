#include <bits/stdc++.h>
using namespace std;
int main() {
	int n, q;
	cin >> n >> q;
	vector<long long> sums(n + 1);
	for (int i = 1; i <= n; i++) cin >> sums[i], sums[i] += sums[i - 1];
	for (int l, r; q-- && cin >> l >> r;) cout << sums.at(r == n ? n - 1 : r) - sums.at(l - 1) << "\n";
}
