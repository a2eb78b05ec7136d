// input: 3
// expect: 1\n2\n4
#include <iostream>

using namespace std;
int main() {
	int n;
	cin >> n;
	cout << 1 << endl;
	cout << 2 << endl;
	cout << n << endl; // WRONG
}
