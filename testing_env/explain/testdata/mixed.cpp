// input: 3
// expect: 3 4\n5
#include <bits/stdc++.h>
using namespace std;

int main() {
	int n;
	cin >> n;
	printf("%d ", n);
	cout << n + 1 << endl;
	printf("%d\n", n + 1); // WRONG
}
