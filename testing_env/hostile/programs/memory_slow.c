//: group: Memory
//: tries: to grow slowly, between two looks of the watch, and to be small again at the end
//: expect: tested=MLE
//: why: the kernel remembers the peak
#include "hostile.h"
#include <sys/mman.h>

int main(int argc, char **argv)
{
	size_t size = 80u << 20;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < size; i += 4096)
		p[i] = 1;
	munmap(p, size);
	return honest(argc, argv);
}
