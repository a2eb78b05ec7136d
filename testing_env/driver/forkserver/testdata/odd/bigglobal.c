// Eight megabytes of global arrays, all of it rewritten.
#include <stdio.h>
#define N (1 << 20)
int a[N], b[N];
int main(void)
{
	int n;
	long dirt = 0, sum = 0;
	if (scanf("%d", &n) != 1)
		return 9;
	for (int i = 0; i < N; i++)
		dirt += a[i] | b[i];
	for (int i = 0; i < N; i++)
		a[i] = i ^ n, b[N - 1 - i] = i + n;
	for (int i = 0; i < N; i++)
		sum += (long)a[i] * b[i] % 7;
	printf("%ld %ld\n", dirt, sum);
	return 0;
}
