//: group: Processes
//: tries: to fill the sandbox with copies of itself
//: expect: tested=TLE brute=BRUTE_FAILED generator=GENERATOR_FAILED checker=CHECKER_FAILED
//: why: its user may have 64 processes, whose processor time counts together
#include "hostile.h"

int main(void)
{
	for (;;)
		fork();
}
