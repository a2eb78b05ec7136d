//: group: Processes
//: tries: to spoil the next run's output by a child that goes on writing after the end
//: expect: tested=OK|WA brute=OK|WA|BRUTE_FAILED generator=OK
//: why: what its processes write until they are killed is its own output, as for a pipe; none is alive when the
//:     next run begins
#include "hostile.h"

int main(int argc, char **argv)
{
	int status = honest(argc, argv);
	fflush(stdout);
	if (fork() == 0) {
		pid_t parent = getppid();
		while (getppid() == parent)
			;
		for (;;)
			if (write(1, "spoiled\n", 8) < 0)
				_exit(0);
	}
	return status;
}
