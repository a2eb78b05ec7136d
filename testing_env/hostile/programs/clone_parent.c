//: group: Processes
//: tries: to make children of its own parent, the spawner, with odd exit signals
//: expect: tested=OK
//: why: the spawner waits for the one it started and kills the rest
#include "hostile.h"
#include <sched.h>

int main(int argc, char **argv)
{
	int status = honest(argc, argv);
	fflush(stdout);
	for (int i = 0; i < 8; i++)
		if (syscall(SYS_clone, CLONE_PARENT | (i % 2 ? SIGKILL : 0), NULL, NULL, NULL, NULL) == 0)
			for (;;)
				pause();
	for (int i = 0; i < 8; i++)
		if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL) == 0)
			_exit(77);
	return status;
}
