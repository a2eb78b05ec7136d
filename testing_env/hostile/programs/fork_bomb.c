//: group: Processes
//: tries: to fill the sandbox with copies of itself
//: expect: tested=TLE brute=BRUTE_FAILED
//: why: its user may have 64 processes, whose processor time counts together
//: time: 50ms
#include "hostile.h"

int main(void)
{
	for (;;)
		fork();
}
