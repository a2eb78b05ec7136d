#include <bits/stdc++.h>
using namespace std;
int main() {
	int n;
	cin >> n;
	long long best = 0, sum = 0, x;
	while (n-- && cin >> x) {
		sum = max(0LL, sum + x);
		best = max(best, sum);
	}
	cout << best << "\n";
}
