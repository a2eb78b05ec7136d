// input: 3
// expect: 3 9\n4
#include <bits/stdc++.h>
using namespace std;

#define endl '\n'
#define show(x) cout << (x) << ' '
#define int long long
signed main() {
	ios_base::sync_with_stdio(0), cin.tie(0);
	int n;
	cin >> n;
	show(n);
	show(n * n);
	cout << endl;
	show(n); // WRONG
}
