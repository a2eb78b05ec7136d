//: group: Other programs
//: tries: to change what it was given to read, by opening it again for writing
//: expect: tested=OK brute=OK validator=OK checker=OK interactor=OK generator=OK
//: why: each stream can be written by the group of the role that makes it, and by nobody else
#include "hostile.h"
#include <sys/mman.h>

int main(int argc, char **argv)
{
	char path[64];
	for (int fd = 0; fd < 16; fd++) {
		struct stat st;
		/* Its own output and what a checker says are its own; so are the notes of an
		 * interactor, which are its second file. Pipes cannot be told apart. */
		if (fd == 1 || fd == 2 || (fd == 4 && is_role("interactor")))
			continue;
		if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		if (open(path, O_WRONLY) >= 0 || open(path, O_RDWR | O_TRUNC) >= 0)
			breach("descriptor %d can be opened for writing", fd);
		if (truncate(path, 0) == 0 || ftruncate(fd, 0) == 0 || write(fd, "x", 1) > 0)
			breach("descriptor %d can be written", fd);
		if (fchmod(fd, 0777) == 0 || chmod(path, 0777) == 0)
			breach("the mode of descriptor %d can be changed", fd);
		void *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
		if (p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_WRITE) == 0)
			breach("descriptor %d can be mapped for writing", fd);
	}
	return honest(argc, argv);
}
