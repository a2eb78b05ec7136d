// A contest solution in C on a tiny input.
#include <stdio.h>
int main(void)
{
	int n, x;
	long sum = 0;
	if (scanf("%d", &n) != 1)
		return 1;
	while (n-- && scanf("%d", &x) == 1)
		sum += x;
	printf("%ld\n", sum);
	return 0;
}
