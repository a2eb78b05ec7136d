//: group: Files
//: tries: to use up the disk by empty files, folders and links
//: expect: tested=OK
//: why: the disk of a slot has ten thousand of them; they are gone before the next run
//: gvisor: TLE
//: time: 5s
#include "hostile.h"

int main(int argc, char **argv)
{
	char name[32];
	for (int i = 0; i < 1000000; i++) {
		snprintf(name, sizeof name, "f%d", i);
		int failed = i % 3 == 0 ? mkdir(name, 0700) : i % 3 == 1 ? symlink("/etc/shadow", name) : mknod(name, S_IFREG | 0600, 0);
		if (failed)
			break;
	}
	return honest(argc, argv);
}
