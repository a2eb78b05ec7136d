// Deep recursion, deeper for one input.
#include <stdio.h>
static int depth(int n, volatile char *above)
{
	volatile char here[64];
	here[0] = *above + 1;
	if (n == 0)
		return here[0];
	return depth(n - 1, here) + here[0] % 2;
}
int main(void)
{
	int n;
	volatile char zero = 0;
	if (scanf("%d", &n) != 1)
		return 9;
	printf("%d\n", depth(10000 * n, &zero));
	return 0;
}
