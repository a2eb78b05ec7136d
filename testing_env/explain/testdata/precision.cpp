// input: 3
// expect: 3.50\n0.33
#include <iostream>

#include <iomanip>
using namespace std;
int main() {
	double n;
	cin >> n;
	cout << fixed << setprecision(2) << n + 0.5 << endl;
	cout << n / 10 << endl; // WRONG
}
