// input: 3
// expect: abz
#include <bits/stdc++.h>
using namespace std;

int main() {
	int n;
	cin >> n;
	cout.put('a');
	cout.write("b", 1);
	cout.write("c", 1); // WRONG
}
