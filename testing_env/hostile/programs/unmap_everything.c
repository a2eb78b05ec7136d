//: group: Other programs
//: tries: to break the process that makes its runs by taking the memory away that it shares with it
//: expect: tested=RE brute=BRUTE_FAILED generator=GENERATOR_FAILED checker=CHECKER_FAILED
//: why: it crashes, in a fresh process too; what served it from a snapshot is replaced
#include "hostile.h"
#include <sys/mman.h>

int main(int argc, char **argv)
{
	honest(argc, argv);
	fflush(stdout);
	unsigned long here = (unsigned long)&main & ~4095ul, top = 0x7ffffffff000ul;
#if defined(__x86_64__)
	/* Everything but the page that runs, and then that one. */
	unsigned long ranges[4] = {here + 8192, top - here - 8192, 0x10000, here - 0x10000};
	for (int i = 0; i < 4; i += 2) {
		long result;
		__asm__ volatile("syscall" : "=a"(result) : "a"((long)SYS_munmap), "D"(ranges[i]), "S"(ranges[i + 1]) : "rcx", "r11", "memory");
	}
#else
	(void)top;
	munmap((void *)here, 4096);
#endif
	return 0;
}
