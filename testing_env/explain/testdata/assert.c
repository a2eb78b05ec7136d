// input: 0
// expect: 0
// note: assertion failed: n > 0
// verdict: RE
#include <stdio.h>

#include <assert.h>
int main(void) {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	assert(n > 0); /* WRONG */
	printf("%d\n", n);
}
