/* Tells which thread it runs in, and how often it thinks that it has run; then does
 * what its input says. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int runs;

int main(void)
{
	char what[32] = "";
	char *heap = malloc(3000000);
	heap[12345] += 1;
	if (scanf("%31s", what) != 1)
		return 3;
	printf("%ld %d %d %s\n", syscall(SYS_gettid), ++runs, heap[12345], what);
	if (!strcmp(what, "file"))
		close(open("/dev/null", O_RDONLY));
	if (!strcmp(what, "signal"))
		signal(SIGUSR1, SIG_IGN);
	if (!strcmp(what, "pid"))
		getpid();
	if (!strcmp(what, "clock") && clock() > CLOCKS_PER_SEC / 20)
		puts("it has run before");
	if (!strcmp(what, "fork") && fork() == 0)
		_exit(0);
	if (!strcmp(what, "descriptors")) {
		for (int fd = 32; fd < 64; fd++)
			if (write(fd, "nonsense", 8) > 0)
				puts("written");
	}
	if (!strcmp(what, "burn"))
		for (volatile long i = 0; i < 1000000000; i++)
			;
	if (!strcmp(what, "status"))
		return 5;
	if (!strcmp(what, "crash"))
		raise(SIGSEGV);
	if (!strcmp(what, "pretend"))
		_exit(126);
	if (!strcmp(what, "close"))
		fclose(stdout);
	return 0;
}
