// input: 5
// expect: 1 2 3 4 5
#include <iostream>

using namespace std;
void down(int n) {
	if (n > 1)
		down(n - 1);
	if (n == 4)
		cout << 44 << " "; // WRONG
	else
		cout << n << " ";
}
int main() {
	int n;
	cin >> n;
	down(n);
}
