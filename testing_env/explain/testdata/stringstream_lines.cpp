// input: 3
// expect: 1\n2\n9
// note: put together before
#include <iostream>

#include <sstream>
using namespace std;
int main() {
	int n;
	cin >> n;
	ostringstream s;
	for (int i = 1; i <= n; i++)
		s << i << "\n";
	cout << s.str(); // WRONG
}
