// Timers, one of which is still armed at the end.
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static volatile int ticks;
static void tick(int sig)
{
	(void)sig;
	ticks++;
}
int main(void)
{
	struct itimerval now, t = {{0, 500}, {0, 500}};
	timer_t timer;
	getitimer(ITIMER_REAL, &now);
	printf("%ld\n", (long)now.it_value.tv_usec);
	signal(SIGALRM, tick);
	setitimer(ITIMER_REAL, &t, NULL);
	while (ticks < 3)
		pause();
	timer_create(CLOCK_MONOTONIC, NULL, &timer);
	puts("ticked");
	return 0;
}
