// input: 12
// expect: 12 4
#include <stdio.h>
int main(void) {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	printf("%d", n);
	printf("%d\n", n - 8); /* WRONG */
}
