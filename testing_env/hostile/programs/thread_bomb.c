//: group: Processes
//: tries: to start threads without end
//: expect: tested=TLE
//: time: 100ms
//: why: threads count as processes; those it gets spend its time
#include "hostile.h"
#include <pthread.h>

static void *spin(void *unused)
{
	for (volatile unsigned long i = 0;; i++)
		;
	return unused;
}

int main(void)
{
	pthread_t thread;
	pthread_attr_t small;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 << 10);
	for (;;)
		pthread_create(&thread, &small, spin, NULL);
}
