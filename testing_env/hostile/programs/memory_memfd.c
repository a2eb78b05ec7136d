//: group: Memory
//: tries: to fill the sandbox's memory with files that belong to no folder and no process
//: expect: tested=OK
//: why: memfd_create is refused, because no limit counts what it makes
#include "hostile.h"
#include <sys/mman.h>

int main(int argc, char **argv)
{
	if (syscall(SYS_memfd_create, "a", 0) >= 0)
		breach("a memfd was made");
	if (syscall(447, 0) >= 0)
		breach("secret memory was made");
	return honest(argc, argv);
}
