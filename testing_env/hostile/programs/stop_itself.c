//: group: Processes
//: tries: to stop itself and its children, so that no signal but two reaches them
//: expect: tested=TLE
//: why: a stopped program is idle, and SIGKILL is one of the two
//: time: 100ms
#include "hostile.h"

int main(void)
{
	for (int i = 0; i < 4; i++)
		if (fork() == 0)
			for (;;)
				raise(SIGSTOP);
	for (;;)
		raise(SIGSTOP);
}
