// input: 3
// expect: YES
#include <cstdio>
int main() {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	if (n > 5)
		puts("YES");
	else
		puts("NO"); // WRONG
}
