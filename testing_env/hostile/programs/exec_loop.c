//: group: Processes
//: tries: to start its time anew by executing itself again and again
//: expect: tested=TLE
//: time: 100ms
//: why: processor time belongs to the process, whatever it executes
#include "hostile.h"

int main(int argc, char **argv)
{
	(void)argc;
	for (volatile int i = 0; i < 1000000; i++)
		;
	execv("/proc/self/exe", argv);
	return 1;
}
