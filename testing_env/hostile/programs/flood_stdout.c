//: group: Output
//: tries: to write without end
//: expect: tested=OLE brute=BRUTE_FAILED generator=GENERATOR_FAILED validator=VALIDATOR_REJECTED checker=CHECKER_FAILED
//: why: a file may only be as large as the output limit
#include "hostile.h"

int main(void)
{
	static char block[1 << 16];
	memset(block, 'x', sizeof block);
	for (;;)
		if (write(1, block, sizeof block) < 0)
			_exit(1);
}
