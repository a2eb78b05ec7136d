// input: 4
// expect: 4 3 2 1
#include <iostream>

using namespace std;
static void answer(int x) {
	if (x == 2)
		cout << 7 << ' '; // WRONG
	else
		cout << x << ' ';
}
int main() {
	int n;
	cin >> n;
	for (int i = n; i > 0; i--)
		answer(i);
}
