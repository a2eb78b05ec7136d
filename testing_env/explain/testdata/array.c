// input: 3 5 6 7
// expect: 5 6 7
#include <stdio.h>

int main(void) {
	int n, a[10];
	if (scanf("%d", &n) != 1)
		return 0;
	for (int i = 0; i < n; i++)
		if (scanf("%d", &a[i]) != 1)
			return 0;
	for (int i = 0; i < n; i++) {
		if (i)
			printf(" ");
		printf("%d", a[n - 1 - i]); /* WRONG */
	}
	printf("\n");
}
