// input: 3
// expect: ..#
#include <stdio.h>

int main(void) {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	for (int i = 0; i < n - 1; i++)
		putchar('.');
	putchar('.'); /* WRONG */
	putchar('\n');
}
