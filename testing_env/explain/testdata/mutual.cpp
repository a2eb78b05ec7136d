// input: 4
// expect: e4 o3 e2 o1
#include <bits/stdc++.h>
using namespace std;

void even(int n);
void odd(int n) {
	printf("o%d ", n);
	if (n > 0)
		even(n - 1);
}
void even(int n) {
	printf("e%d ", n); // WRONG
	if (n > 0)
		odd(n - 1);
}
int main() {
	int n;
	cin >> n;
	even(n);
}
