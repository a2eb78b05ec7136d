// A heap that shrinks and grows, and must be clear where it grows again.
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
	int n;
	long found = 0;
	static char *p[3000];
	if (scanf("%d", &n) != 1)
		return 9;
	for (int round = 0; round < n; round++) {
		for (int i = 0; i < 3000; i++)
			memset(p[i] = malloc(1000 + round), 'x', 1000);
		for (int i = 0; i < 3000; i++)
			free(p[i]);
		malloc_trim(0);
		char *end = sbrk(500000);
		for (int i = 4096; i < 500000; i++)
			found += end[i];
		memset(end, 'y', 500000);
		sbrk(-500000);
	}
	char *base = sbrk(0), *big = malloc(100000000);
	memset(big, 1, 1000000);
	char *far = sbrk(80000000);
	far[79999999] = 1;
	sbrk(-79000000);
	printf("%ld %d %d\n", found, (char *)sbrk(0) - base == 1000000, far[500000]);
	return 0;
}
