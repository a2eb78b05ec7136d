//: group: Output
//: tries: to print into a file of its own, as programs do that were written for another contest
//: expect: tested=WA generator=GENERATOR_FAILED
//: why: standard output stays empty; the file is gone after the run
#include "hostile.h"

int main(int argc, char **argv)
{
	if (!freopen("output.txt", "w", stdout))
		return 1;
	return honest(argc, argv);
}
