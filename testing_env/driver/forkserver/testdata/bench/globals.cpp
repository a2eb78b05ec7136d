// Eight megabytes of global arrays, all of it used.
#include <cstdio>
int a[1 << 20], b[1 << 20];
int main()
{
	int n, sum = 0;
	if (scanf("%d", &n) != 1)
		return 1;
	for (int i = 0; i < 1 << 20; i++)
		a[i] = i ^ n, b[i] = i + n;
	for (int i = 0; i < 1 << 20; i += 64)
		sum += a[i] + b[i];
	printf("%d\n", sum);
}
