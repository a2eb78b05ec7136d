// input: 2
// expect: 1 2\n2 1
#include <stdio.h>
int main(void) {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < n; j++)
			printf("%d%c", j + 1, j + 1 < n ? ' ' : '\n'); /* WRONG */
	}
}
