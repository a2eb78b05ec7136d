#include <bits/stdc++.h>
using namespace std;
long long sum;
int main() {
	int t;
	cin >> t;
	while (t--) {
		int n;
		cin >> n;
		for (long long x; n-- && cin >> x;) sum += x;
		cout << sum << "\n";
	}
}
