//: group: Files
//: tries: to leave a note in nothing but its folder's times
//: expect: tested=OK
//: why: they are reset when they were changed
#include "hostile.h"

int main(int argc, char **argv)
{
	struct stat st;
	struct timespec times[2] = {{4711, 0}, {4711, 0}};
	if (stat(".", &st) != 0 || st.st_mtime == 4711 || st.st_atime == 4711)
		breach("the last run's times");
	utimensat(AT_FDCWD, ".", times, 0);
	return honest(argc, argv);
}
