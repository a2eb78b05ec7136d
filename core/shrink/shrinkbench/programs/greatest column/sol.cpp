#include <bits/stdc++.h>
using namespace std;
int main() {
	int n, m;
	cin >> n >> m;
	vector<long long> sums(m);
	for (int i = 0; i < n; i++)
		for (auto &s : sums) {
			long long x;
			cin >> x;
			s += x;
		}
	cout << *max_element(sums.begin(), sums.begin() + min(n, m)) << "\n";
}
