//: group: Files
//: tries: to make enormous files that are nothing but holes
//: expect: tested=OK brute=OK generator=OK
//: why: no file becomes longer than the limit of output, and what is made is gone after the run
//: time: 2s
#include "hostile.h"

int main(int argc, char **argv)
{
	char name[32];
	signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "holes-%d", i);
		int fd = open(name, O_CREAT | O_RDWR, 0600);
		if (fd < 0)
			break;
		if (ftruncate(fd, (off_t)1 << 40) == 0 || fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)1 << 40, 1 << 20) == 0)
			breach("a file has a terabyte");
		if (pwrite(fd, "x", 1, (off_t)1 << 40) == 1)
			breach("a byte was written after a terabyte of holes");
		if (i % 2)
			close(fd);
	}
	return honest(argc, argv);
}
