//: group: Files
//: tries: to open files until there are no descriptors left, in many processes
//: expect: tested=OK
//: why: each process may have 256; the driver's are its own
//: gvisor: TLE
#include "hostile.h"

int main(int argc, char **argv)
{
	for (int i = 0; i < 30; i++)
		if (fork() == 0) {
			while (open("/dev/null", O_RDONLY) >= 0)
				;
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	return honest(argc, argv);
}
