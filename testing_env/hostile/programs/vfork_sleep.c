//: group: Processes
//: tries: to wait for ever in a state that looks like a disk's, behind a vfork that never ends
//: expect: tested=TLE
//: why: who waits for a sleeping process of its own is idle
//: time: 100ms
#include "hostile.h"

int main(void)
{
	if (vfork() == 0)
		for (;;)
			pause();
	return 0;
}
