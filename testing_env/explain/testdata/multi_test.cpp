// input: 3 1 2 3
// expect: Case 1: 2\nCase 2: 4\nCase 3: 6
#include <iostream>

using namespace std;
static void solve(int number) {
	int x;
	cin >> x;
	cout << "Case " << number << ": ";
	if (x % 2)
		cout << 2 * x << '\n';
	else
		cout << x << '\n'; // WRONG
}
int main() {
	int t;
	cin >> t;
	for (int i = 1; i <= t; i++)
		solve(i);
}
