// Large and growing frames.
#include <alloca.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
	int n;
	long sum = 0;
	if (scanf("%d", &n) != 1)
		return 9;
	for (int i = 1; i < 20; i++) {
		char *p = alloca(i * n * 3000);
		memset(p, i, i * n * 3000);
		sum += p[n];
	}
	printf("%ld\n", sum);
	return 0;
}
