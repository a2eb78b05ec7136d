//: group: Memory
//: tries: to take shared memory, and to hold it in files that have no name any more
//: expect: tested=MLE
//: why: mapped memory is resident, shared or not
//: gvisor: TLE
#include "hostile.h"
#include <sys/mman.h>

int main(void)
{
	for (;;) {
		char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (p != MAP_FAILED)
			memset(p, 1, 1 << 20);
	}
}
