/* The neighbour that is wrong on the seventh test, and on no other. */
#include <stdio.h>

int main(void)
{
	long a, b;
	if (scanf("%ld %ld", &a, &b) != 2)
		return 1;
	printf("%ld\n", a == 7 ? -1 : a + b);
	return 0;
}
