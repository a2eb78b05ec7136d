//: group: Output
//: tries: to write to standard error without end
//: expect: tested=OLE brute=BRUTE_FAILED generator=GENERATOR_FAILED checker=CHECKER_FAILED
//: why: the same limit holds for it; less than that never fails a test
#include "hostile.h"

int main(void)
{
	static char block[1 << 16];
	for (;;)
		if (write(2, block, sizeof block) < 0)
			_exit(1);
}
