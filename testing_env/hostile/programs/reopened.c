//: group: Output
//: tries: to print through /dev/stdout, /proc/self/fd/1 and a new descriptor
//: expect: tested=OK brute=OK generator=OK
//: why: allowed: it is its own output
//: gvisor: RE
#include "hostile.h"

int main(int argc, char **argv)
{
	if (!freopen("/dev/stdout", "w", stdout) || !freopen("/dev/stderr", "w", stderr))
		return 1;
	int fd = open("/proc/self/fd/1", O_WRONLY | O_TRUNC);
	if (fd < 0 || dup2(fd, 1) != 1)
		return 1;
	return honest(argc, argv);
}
