/* Honest: the interactor's other side. */
#include <stdio.h>

int main(void)
{
	long a, b;
	if (scanf("%ld", &a) != 1)
		return 1;
	printf("more\n");
	fflush(stdout);
	if (scanf("%ld", &b) != 1)
		return 1;
	printf("%ld\n", a + b);
	fflush(stdout);
	return 0;
}
