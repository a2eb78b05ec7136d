// Leaves a process behind that has cut all ties, and shares its memory.
// leftovers: 1
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static char stack[65536] __attribute__((aligned(16)));
volatile long ticks;
static int tick(void *arg)
{
	(void)arg;
	setsid();
	for (;;)
		ticks++;
}
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	clone(tick, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
	while (!ticks)
		;
	printf("%d\n", n);
	return 0;
}
