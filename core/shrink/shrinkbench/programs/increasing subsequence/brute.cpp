#include <bits/stdc++.h>
using namespace std;
int main() {
	int n;
	cin >> n;
	vector<int> tails;
	for (int x; n-- && cin >> x;) {
		auto it = lower_bound(tails.begin(), tails.end(), x);
		if (it == tails.end()) tails.push_back(x);
		else *it = x;
	}
	cout << tails.size() << "\n";
}
