// input: 0
// expect: 0
// note: SIGFPE
// verdict: RE
#include <stdio.h>

int main(void) {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	int q = 10 / n; /* WRONG */
	printf("%d\n", q);
}
