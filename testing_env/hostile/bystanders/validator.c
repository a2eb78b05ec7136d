/* Honest: two numbers. */
#include <stdio.h>

int main(void)
{
	long a, b;
	return scanf("%ld %ld", &a, &b) == 2 ? 0 : 1;
}
