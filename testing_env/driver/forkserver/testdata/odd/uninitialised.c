// Reads variables nobody has set: what counts is that it is as in a plain run.
#include <stdio.h>
#include <stdlib.h>
static int __attribute__((noinline)) count(void)
{
	volatile long words[2000];
	int n = 0;
	for (int i = 0; i < 2000; i++)
		n += words[i] != 0;
	return n;
}
static int __attribute__((noinline)) heap(void)
{
	int n = 0;
	for (int i = 0; i < 20; i++) {
		volatile char *p = malloc(100 * i + 20);
		for (int k = 16; k < 100 * i + 20; k++)
			n += p[k] != 0;
	}
	return n;
}
int main(void)
{
	int n = count();
	printf("%d %d\n", n < 1000, heap());
	return 0;
}
