//: group: Output
//: tries: to survive its own flood by ignoring the signal, and to end well
//: expect: tested=OLE
//: why: an output of the limit's size is too long, however the program ends
#include "hostile.h"

int main(void)
{
	static char block[1 << 16];
	signal(SIGXFSZ, SIG_IGN);
	while (write(1, block, sizeof block) > 0)
		;
	return 0;
}
