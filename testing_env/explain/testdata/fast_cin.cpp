// input: 3
// expect: 3\n9
#include <iostream>

using namespace std;
int main() {
	ios::sync_with_stdio(false);
	cin.tie(nullptr);
	int n;
	cin >> n;
	cout << n << '\n';
	cout << n * 2 << '\n'; // WRONG
}
