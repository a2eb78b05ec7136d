// Endless recursion, for one input.
#include <stdio.h>
static int endless(int n, volatile char *above)
{
	volatile char here[400];
	here[0] = *above + 1;
	return endless(n + 1, here) + here[0];
}
int main(void)
{
	int n;
	volatile char zero = 0;
	if (scanf("%d", &n) != 1)
		return 9;
	printf("%d\n", n);
	fflush(stdout);
	return n == 3 ? endless(0, &zero) : 0;
}
