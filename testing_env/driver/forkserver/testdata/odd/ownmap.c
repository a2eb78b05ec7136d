// Discards and moves pages of its own data.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
char data[3 * 4096] __attribute__((aligned(4096))) = {7};
char zero[3 * 4096] __attribute__((aligned(4096)));
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	printf("%d %d\n", data[0], zero[4096]);
	memset(data, n, sizeof data);
	memset(zero, n, sizeof zero);
	madvise(data, 4096, MADV_DONTNEED);
	madvise(zero, 8192, MADV_DONTNEED);
	printf("%d %d %d %d\n", data[0], data[4096], zero[4096], zero[8192]);
	memset(data, 5, 4096);
	return 0;
}
