// input: 3
// expect: YES
#include <iostream>

using namespace std;
int main() {
	int n;
	cin >> n;
	if (n > 5)
		cout << "YES" << endl;
	else if (n > 7)
		cout << "MAYBE" << endl;
	else
		cout << "NO" << endl; // WRONG
}
