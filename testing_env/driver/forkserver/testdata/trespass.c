/* Looks for its input in memory, where no pointer of its own leads, and writes to it. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

extern int main(void);

int main(void)
{
	char text[64];
	if (read(0, text, sizeof text) < 6)
		return 9;
	/* As in begin.c: the shim's mappings lie so far below libc's start function. What is
	 * readable there tells madvise. */
	uint64_t libc = (uint64_t)&read;
	void *start = (void *)0;
	__asm__("" : "=r"(start) : "0"(libc));
	static const uint64_t distance[] = {2ul << 40, 256ul << 30, 64ul << 30, 24ul << 30};
	for (int d = 0; d < 4; d++) {
		for (int64_t page = -1024; page < 1024; page++) {
			char *at = (char *)((libc & ~4095ul) + page * 4096 - distance[d] + (1ul << 30));
			if (madvise(at, 4096, MADV_NORMAL))
				continue;
			/* An area begins at a page whose predecessor is not mapped. */
			if (!madvise(at - 4096, 4096, MADV_NORMAL))
				continue;
			mprotect(at, 4096, PROT_READ | PROT_WRITE);
			at[0] = 'X';
			puts("written");
			return 0;
		}
	}
	puts("not found");
	return 0;
}
