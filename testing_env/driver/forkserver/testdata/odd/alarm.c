// Killed by its own alarm, for one input.
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	struct itimerval t = {{0, 0}, {0, 2000}};
	setitimer(n == 3 ? ITIMER_VIRTUAL : ITIMER_REAL, &t, NULL);
	for (volatile long i = 0;; i++)
		;
}
