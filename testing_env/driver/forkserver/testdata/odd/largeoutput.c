// A megabyte of output, and none at all.
#include <stdio.h>
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	for (int i = 0; n == 3 && i < 100000; i++)
		printf("%d %d\n", i, i * n);
	return 0;
}
