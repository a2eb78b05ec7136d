//: group: Files
//: tries: to make its files undeletable: sticky folders, folders without rights, flags
//: expect: tested=OK brute=OK
//: why: folders become root's before they are emptied, and then modes do not matter
#include "hostile.h"
#include <linux/fs.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	int status = honest(argc, argv), flags = FS_NODUMP_FL | FS_IMMUTABLE_FL | FS_APPEND_FL;
	mkdir("a", 0700);
	mkdir("a/b", 0700);
	close(open("a/b/file", O_CREAT | O_WRONLY, 0));
	close(open("file", O_CREAT | O_WRONLY, 0));
	int fd = open("file", O_RDONLY);
	ioctl(fd, FS_IOC_SETFLAGS, &flags);
	chmod("a/b", 01000);
	chmod("a", 01000);
	chmod(".", 01000);
	return status;
}
