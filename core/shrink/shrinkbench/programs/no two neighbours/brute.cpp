#include <bits/stdc++.h>
using namespace std;
int main() {
	int n;
	cin >> n;
	long long with = 0, without = 0;
	for (long long x; n-- && cin >> x;) tie(with, without) = pair(without + x, max(with, without));
	cout << max(with, without) << "\n";
}
