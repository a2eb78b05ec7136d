// input: 3
// expect: 3 9 27
#include <stdio.h>

int main(void) {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	printf("%d ", n);
	printf("%d ", n * n);
	printf("%d\n", n * n * n + 1); /* WRONG */
}
