#include <bits/stdc++.h>
using namespace std;
int main() {
	int t;
	cin >> t;
	while (t--) {
		long long sum = 0;
		int n;
		cin >> n;
		for (long long x; n-- && cin >> x;) sum += x;
		cout << sum << "\n";
	}
}
