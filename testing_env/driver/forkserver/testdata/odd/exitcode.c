// Exit codes and signals.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <assert.h>
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	if (n == 3)
		raise(SIGTERM);
	assert(n != 5);
	return 255;
}
