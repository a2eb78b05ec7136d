//: group: Files
//: tries: to fill the disk with files, named and unnamed
//: expect: tested=OK brute=OK generator=OK
//: why: every slot has a small disk of its own, which is emptied after the run
//: time: 5s
#include "hostile.h"

int main(int argc, char **argv)
{
	static char block[1 << 16];
	char name[32];
	signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "file-%d", i);
		int fd = open(name, O_CREAT | O_WRONLY, 0600);
		if (i % 2)
			unlink(name);
		while (write(fd, block, sizeof block) > 0)
			;
		if (errno == ENOSPC)
			break;
	}
	return honest(argc, argv);
}
