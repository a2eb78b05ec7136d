//: group: Memory
//: tries: to take memory as fast as it can
//: expect: tested=MLE brute=BRUTE_FAILED generator=GENERATOR_FAILED validator=VALIDATOR_REJECTED checker=CHECKER_FAILED
//: why: the peak of the resident set is above the limit
#include "hostile.h"

int main(void)
{
	for (;;)
		take(1 << 20);
}
