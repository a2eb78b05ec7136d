//: group: Processes
//: tries: to hide processor time in children that nobody waits for
//: expect: tested=TLE brute=BRUTE_FAILED
//: time: 100ms
//: why: the time of all of its user's processes counts
#include "hostile.h"

int main(void)
{
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			for (volatile unsigned long n = 0;; n++)
				;
	for (;;)
		pause();
}
