//: group: Processes
//: tries: to use up timers, and to set one off after its end
//: expect: tested=OK
//: why: timers are bounded by the limit on pending signals and die with the process
//: gvisor: TLE
#include "hostile.h"
#include <sys/time.h>

int main(int argc, char **argv)
{
	signal(SIGALRM, SIG_IGN);
	struct itimerspec soon = {{0, 1000000}, {0, 1000000}};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	timer_t timer;
	for (int i = 0; i < 20000 && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0; i++)
		timer_settime(timer, 0, &soon, NULL);
	struct itimerval later = {{0, 0}, {1, 0}};
	setitimer(ITIMER_REAL, &later, NULL);
	struct timespec zero = {0, 0};
	if (clock_settime(CLOCK_REALTIME, &zero) == 0)
		breach("the clock was set");
	return honest(argc, argv);
}
