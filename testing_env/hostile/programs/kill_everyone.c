//: group: Other programs
//: tries: to kill everybody: by -1, by group, by number
//: expect: tested=OK brute=OK generator=OK validator=OK checker=OK interactor=OK talker=OK
//: why: signals reach its own user only, and that is itself
//: gvisor: TLE
#include "hostile.h"

int main(int argc, char **argv)
{
	int status = honest(argc, argv);
	fflush(stdout);
	kill(-1, SIGKILL);
	for (pid_t pid = 1; pid < 40000; pid++)
		if (pid != getpid() && kill(pid, SIGKILL) == 0 && pid != getppid())
			breach("process %d was killed", (int)pid);
	kill(-getppid(), SIGKILL);
	return status;
}
