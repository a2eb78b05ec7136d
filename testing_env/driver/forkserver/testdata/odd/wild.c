// Writes far beyond its arrays, in both directions.
#include <stdio.h>
#include <stdlib.h>
int before[16] = {1};
int array[16] = {2};
int after[16] = {3};
int zero[16];
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	printf("%d %d %d %d\n", before[0], array[0], after[0], zero[0]);
	fflush(stdout);
	volatile int *p = array;
	for (int i = -64; i < 512; i++)
		p[i] = n * i;
	_Exit(p[7] & 127);
}
