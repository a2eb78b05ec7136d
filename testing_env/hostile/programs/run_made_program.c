//: group: Network and kernel
//: tries: to write a program into its folder and to run it
//: expect: tested=OK brute=OK
//: why: allowed: it has the same rights and limits
#include "hostile.h"

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "copy") == 0)
		return getuid() == 0 || setuid(0) == 0 ? 1 : 42;
	char block[4096];
	int from = open("/proc/self/exe", O_RDONLY), to = open("copy", O_CREAT | O_WRONLY, 0755);
	for (ssize_t n; (n = read(from, block, sizeof block)) > 0;)
		if (write(to, block, (size_t)n) < 0)
			return 1;
	close(to);
	int status;
	if (fork() == 0) {
		execl("copy", "copy", "copy", (char *)NULL);
		_exit(1);
	}
	if (wait(&status) < 0 || WEXITSTATUS(status) != 42)
		breach("the copy has other rights: %x", status);
	return honest(argc, argv);
}
