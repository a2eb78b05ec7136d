// input: 3 1 2 3
// expect: 1 2 3\n3
#include <iostream>

#include <vector>
using namespace std;
int main() {
	int n;
	cin >> n;
	vector<int> a(n);
	for (int &x : a)
		cin >> x;
	for (int x : a)
		cout << x * x << " "; // WRONG
	cout << "\n" << n << "\n";
}
