// input: 3
// expect: -1\n0
#include <cstdio>
int main() {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	if (n == 3)
		printf("-1\n");
	if (n > 5)
		printf("-1\n");
	else if (n < 4)
		printf("-1\n"); // WRONG
	else
		printf("0\n");
}
