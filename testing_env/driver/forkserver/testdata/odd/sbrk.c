// Moves the end of the heap, up, down, and far.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	char *base = sbrk(0);
	char *p = sbrk(n * 100000);
	long dirt = 0;
	for (int i = 0; i < n * 100000; i++)
		dirt += p[i], p[i] = 1;
	sbrk(-n * 50000);
	char *q = sbrk(n * 300000);
	for (int i = 4096; i < n * 300000; i++)
		dirt += q[i];
	char *m = malloc(50000);
	memset(m, 1, 50000);
	int r = brk(base + 3000000);
	base[2999999] = 1;
	dirt += base[2999998];
	printf("%d %d %ld %d %d\n", p == base, q == base + n * 50000, dirt, r, (char *)sbrk(0) == base + 3000000);
	printf("%d\n", brk((void *)-1) < 0);
	return 0;
}
