// input: 3
// expect: 1\n2\n3
// note: ends too early
#include <iostream>

using namespace std;
int main() {
	int n;
	cin >> n;
	for (int i = 1; i < n; i++)
		cout << i << "\n"; // WRONG
}
