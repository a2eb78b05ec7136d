// input: 2
// expect: 2 5
#include <iostream>

#include <sstream>
using namespace std;
int main() {
	int n;
	cin >> n;
	stringstream s;
	s << n << " ";
	s << n + 2;
	cout << s.str() << "\n"; // WRONG
}
