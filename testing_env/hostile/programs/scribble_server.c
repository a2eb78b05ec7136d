//: group: Other programs
//: tries: to break the process that makes its runs: scribbles over all memory and files that it shares with it
//: expect: tested=OK|WA|RE|TLE brute=OK|WA|BRUTE_FAILED
//: why: that process is as little trusted as the program itself; whatever becomes of this run, the others are right
//: time: 1s
#include "hostile.h"
#include <sys/mman.h>
#include <sys/uio.h>

int main(int argc, char **argv)
{
	static char noise[4096];
	char path[64], line[512];
	int status = honest(argc, argv);
	fflush(stdout);
	memset(noise, 0xa5, sizeof noise);
	for (int fd = 0; fd < 64; fd++) {
		snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getppid(), fd);
		int other = open(path, O_RDWR);
		struct stat st;
		if (other < 0 || fstat(other, &st) != 0 || !S_ISREG(st.st_mode) || fd < 3)
			continue;
		for (off_t at = 0; at < 65536; at += (off_t)sizeof noise)
			if (pwrite(other, noise, sizeof noise, at) < 0)
				break;
	}
	kill(getppid(), SIGSTOP);
	snprintf(path, sizeof path, "/proc/%d/maps", (int)getppid());
	FILE *maps = fopen(path, "r");
	snprintf(path, sizeof path, "/proc/%d/mem", (int)getppid());
	int memory = open(path, O_RDWR);
	while (maps && memory >= 0 && fgets(line, sizeof line, maps)) {
		unsigned long from, to;
		char mode[8];
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 && mode[1] == 'w')
			for (; from < to; from += 4096)
				if (pwrite(memory, noise, sizeof noise, (off_t)from) < 0)
					break;
	}
	_exit(status);
}
