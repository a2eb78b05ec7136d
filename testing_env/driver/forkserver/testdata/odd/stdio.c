// The same with C's input and output, which allocates on first use.
#include <stdio.h>
#include <stdlib.h>
int runs;
int main(void)
{
	int n, x;
	long sum = 0;
	if (scanf("%d", &n) != 1)
		return 9;
	int *a = malloc(n * sizeof *a);
	for (int i = 0; i < n && scanf("%d", &x) == 1; i++)
		a[i] = x;
	for (int i = 0; i < n; i++)
		sum += a[i];
	printf("%ld %d\n", sum, ++runs);
	fprintf(stderr, "done\n");
	return 0;
}
