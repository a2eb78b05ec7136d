// Destroys the heap's bookkeeping and the C library's data.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	char *p = malloc(100), *q = malloc(100);
	printf("%d\n", n);
	fflush(stdout);
	memset(p - 16, 0x41 + n, 600);
	memset(stdout, 0x55, 200);
	if (n == 3)
		free(q);
	_Exit(6);
}
