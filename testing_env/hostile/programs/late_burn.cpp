//: group: Processes
//: tries: to use processor time after its output is complete: in a destructor, after main has returned
//: expect: tested=TLE brute=BRUTE_FAILED generator=GENERATOR_FAILED checker=CHECKER_FAILED
//: time: 100ms
//: why: a run lasts until the process has ended
#include "hostile.h"

struct Late {
	~Late()
	{
		for (volatile unsigned long i = 0;; i = i + 1)
			;
	}
} late;

int main(int argc, char **argv) { return honest(argc, argv); }
