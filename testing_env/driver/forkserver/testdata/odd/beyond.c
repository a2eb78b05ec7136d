// Reads beyond the heap's end, or a large block that was freed: crashes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	volatile char *p = malloc(3000000), *q = malloc(1000);
	for (int i = 0; i < 3000000; i += 1000)
		p[i] = 1;
	for (int i = 0; i < 5000; i++)
		*(volatile char *)malloc(1000) = 1;
	printf("%d\n", n);
	fflush(stdout);
	if (n == 3)
		return q[20 << 20];
	free((void *)p);
	return p[1000000];
}
