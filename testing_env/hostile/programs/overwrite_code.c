//: group: Other programs
//: tries: to rewrite the code of every library that is loaded, the one that makes its runs included, for the next run
//: expect: tested=OK|RE|WA brute=OK|BRUTE_FAILED|WA
//: why: whatever becomes of its own runs, the others are right
#include "hostile.h"
#include <sys/mman.h>

/* Writes by the kernel's hand where it can, for what it overwrites may be what it runs. */
int main(int argc, char **argv)
{
	static unsigned char noise[4096];
	char line[512];
	int status = honest(argc, argv);
	fflush(stdout);
	memset(noise, 0xcc, sizeof noise);
	int memory = open("/proc/self/mem", O_RDWR);
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long last_from = 0, last_to = 0;
	while (maps && fgets(line, sizeof line, maps)) {
		unsigned long from, to;
		char mode[8];
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 || mode[2] != 'x')
			continue;
		if (strstr(line, "shim") || strstr(line, "libstdc") || strstr(line, "libm"))
			for (unsigned long at = from; at < to; at += 4096)
				if (pwrite(memory, noise, sizeof noise, (off_t)at) < 0)
					mprotect((void *)at, 4096, PROT_READ | PROT_EXEC);
		if (strstr(line, "libc.so")) {
			last_from = from;
			last_to = to;
		}
	}
	/* The C library is the last, from its end, where less of it is needed. */
	for (unsigned long at = last_to; memory >= 0 && at > last_from + (last_to - last_from) * 3 / 4; at -= 4096)
		if (pwrite(memory, noise, sizeof noise, (off_t)(at - 4096)) < 0)
			break;
	_exit(status);
}
