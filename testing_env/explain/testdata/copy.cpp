// input: 3 1 2 3
// expect: 1 2 3 3\n3
#include <bits/stdc++.h>
using namespace std;

int main() {
	int n;
	cin >> n;
	vector<int> a(n);
	for (auto &x : a)
		cin >> x;
	cout << a.size() - 2 << ' ';
	copy(a.begin() + 1, a.end(), ostream_iterator<int>(cout, " "));
	copy(a.begin(), a.begin() + 1, ostream_iterator<int>(cout, " ")); // WRONG
}
