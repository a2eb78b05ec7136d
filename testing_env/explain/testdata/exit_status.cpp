// input: 3
// expect: 3
// note: exit status 3
// verdict: RE
#include <bits/stdc++.h>
using namespace std;

static void give_up() {
	exit(3); // WRONG
}
int main() {
	int n;
	cin >> n;
	if (n == 3)
		give_up();
	cout << n;
}
