//: group: Memory
//: tries: to reserve terabytes that it does not use
//: expect: tested=OK
//: why: allowed, up to the address space; only what is resident counts
#include "hostile.h"
#include <sys/mman.h>

int main(int argc, char **argv)
{
	for (int i = 0; i < 100; i++)
		mmap(NULL, (size_t)1 << 40, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return honest(argc, argv);
}
