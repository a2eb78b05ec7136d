// input: 3
// expect: 1 2 3
#include <iostream>

using namespace std;
int main() {
	int n;
	cin >> n;
	for (int i = 1; i <= n; i++)
		cout << i << " ";
	cout << n + 1 << "\n"; // WRONG
}
