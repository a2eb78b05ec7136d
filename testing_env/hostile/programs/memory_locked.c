//: group: Memory
//: tries: to lock memory and to get huge pages
//: expect: tested=OK
//: why: what it gets is resident and counted like any other
#include "hostile.h"
#include <sys/mman.h>

int main(int argc, char **argv)
{
	mlockall(MCL_CURRENT | MCL_FUTURE);
	void *huge = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	void *p = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p != MAP_FAILED)
		madvise(p, 16 << 20, MADV_HUGEPAGE);
	(void)huge;
	return honest(argc, argv);
}
