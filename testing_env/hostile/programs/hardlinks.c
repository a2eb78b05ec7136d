//: group: Files
//: tries: to keep files of others alive, or to give itself theirs, by hard links
//: expect: tested=OK brute=OK
//: why: streams have no name and cannot get one; what it may read it does not own
#include "hostile.h"

int main(int argc, char **argv)
{
	char path[64];
	for (int fd = 0; fd < 3; fd++) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		if (linkat(AT_FDCWD, path, AT_FDCWD, "stream", AT_SYMLINK_FOLLOW) == 0)
			breach("descriptor %d got a name", fd);
	}
	if (link("/etc/passwd", "passwd") == 0)
		breach("a file of the image was linked");
	if (link("/proc/self/exe", "self") == 0 && open("self", O_WRONLY) >= 0)
		breach("its own program can be written through a link");
	return honest(argc, argv);
}
