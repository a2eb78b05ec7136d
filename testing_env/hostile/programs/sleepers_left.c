//: group: Processes
//: tries: to leave daemons behind: double forks, own sessions, all signals ignored, stopped, named like others
//: expect: tested=OK brute=OK generator=OK validator=OK checker=OK interactor=OK talker=OK
//: why: it answers; what it leaves is killed and waited for before the next run
#include "hostile.h"
#include <sys/prctl.h>

static void daemon_of_kind(int kind)
{
	if (fork() != 0)
		return;
	setsid();
	if (fork() != 0)
		_exit(0);
	for (int s = 1; s < 65; s++)
		signal(s, SIG_IGN);
	prctl(PR_SET_NAME, kind % 2 ? "driver" : "spawn");
	prctl(PR_SET_PDEATHSIG, 0);
	prctl(PR_SET_DUMPABLE, 0);
	for (int fd = 0; fd < 64 && kind != 3; fd++)
		close(fd);
	if (kind == 2)
		raise(SIGSTOP);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int status = honest(argc, argv);
	fflush(stdout);
	for (int kind = 0; kind < 6; kind++)
		daemon_of_kind(kind);
	return status;
}
