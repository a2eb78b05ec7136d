#include <bits/stdc++.h>
using namespace std;
int main() {
	int n;
	cin >> n;
	vector<long long> a(n);
	for (auto &x : a) cin >> x;
	vector<int> order(n), used(n + 2);
	iota(order.begin(), order.end(), 0);
	stable_sort(order.begin(), order.end(), [&](int i, int j) { return a[i] > a[j]; });
	long long sum = 0;
	for (int i : order)
		if (a[i] > 0 && !used[i] && !used[i + 1] && !used[i + 2]) used[i + 1] = 1, sum += a[i];
	cout << sum << "\n";
}
