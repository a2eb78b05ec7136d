// A huge array of which each run touches different places.
#include <stdio.h>
#define N (64 << 20)
char a[N];
int main(void)
{
	unsigned n, dirt = 0, at;
	if (scanf("%u", &n) != 1)
		return 9;
	at = n * 2654435761u;
	for (int i = 0; i < 300; i++) {
		at = at * 1664525u + 1013904223u + n;
		dirt += a[at % N] != 0;
		a[at % N] = 0;
		a[at % N] = i % 2;
	}
	at = 0;
	for (int i = 0; i < N; i += 65536)
		at += a[i];
	printf("%u %u\n", dirt > 3, at > 100);
	return 0;
}
