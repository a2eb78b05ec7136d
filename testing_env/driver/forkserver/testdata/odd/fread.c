// The whole input in one read into a large static buffer.
#include <stdio.h>
static char buffer[1 << 25];
int main(void)
{
	size_t n = fread(buffer, 1, sizeof buffer, stdin);
	long sum = 0;
	for (size_t i = 0; i < n; i++)
		sum = sum * 31 + buffer[i];
	printf("%zu %ld %d\n", n, sum, buffer[n]);
	return 0;
}
