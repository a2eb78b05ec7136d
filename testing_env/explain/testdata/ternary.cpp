// input: 3
// expect: 1\nYes
#include <bits/stdc++.h>
using namespace std;

int main() {
	int n;
	cin >> n;
	cout << 1 << "\n";
	cout << (n % 2 ? "No" : "Yes") << "\n"; // WRONG
}
