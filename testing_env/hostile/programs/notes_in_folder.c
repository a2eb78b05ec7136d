//: group: Files
//: tries: to leave the next run a note in its folder: a file, a mode, a time, an attribute
//: expect: tested=OK brute=OK generator=OK checker=OK
//: why: the folder is as it was before every run
#include "hostile.h"
#include <sys/xattr.h>

int main(int argc, char **argv)
{
	struct stat st;
	struct timespec times[2] = {{12345, 0}, {12345, 0}};
	char value[8];
	if (stat(".", &st) != 0 || (st.st_mode & 07777) != 0700)
		breach("the folder's mode is %o", st.st_mode & 07777);
	if (st.st_mtime == 12345 || st.st_atime == 12345)
		breach("the last run's times");
	if (access("note", F_OK) == 0)
		breach("the last run's file");
	if (getxattr(".", "user.note", value, sizeof value) > 0)
		breach("the last run's attribute");
	close(open("note", O_CREAT | O_WRONLY, 0600));
	setxattr(".", "user.note", "hello", 5, 0);
	chmod(".", 0777);
	utimensat(AT_FDCWD, ".", times, 0);
	return honest(argc, argv);
}
