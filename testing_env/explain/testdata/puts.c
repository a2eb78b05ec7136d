// input: 3
// expect: odd\nprime
#include <stdio.h>

int main(void) {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	puts(n % 2 ? "odd" : "even");
	puts("composite"); /* WRONG */
}
