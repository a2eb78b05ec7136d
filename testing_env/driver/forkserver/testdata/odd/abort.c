// abort, and a handler for it.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
static void handler(int sig)
{
	fprintf(stderr, "signal %d\n", sig);
}
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	if (n == 3)
		signal(SIGABRT, handler);
	abort();
}
