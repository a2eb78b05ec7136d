//: group: Processes
//: tries: to run other programs of the image
//: expect: tested=OK
//: why: allowed: they have no more rights than it has itself
#include "hostile.h"

int main(int argc, char **argv)
{
	if (system("id >/dev/null; sh -c 'exit 3'") != 3 << 8)
		return 1;
	return honest(argc, argv);
}
