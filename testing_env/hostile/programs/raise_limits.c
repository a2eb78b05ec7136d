//: group: Processes
//: tries: to raise its limits, and to lower those of others
//: expect: tested=OK brute=OK checker=OK
//: why: hard limits only go down, and only for one's own user
#include "hostile.h"
#include <sys/resource.h>

int main(int argc, char **argv)
{
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY}, none = {0, 0}, now;
	const int capped[] = {RLIMIT_FSIZE, RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_CORE, RLIMIT_MSGQUEUE};
	for (unsigned i = 0; i < sizeof capped / sizeof *capped; i++) {
		getrlimit((__rlimit_resource_t)capped[i], &now);
		if (now.rlim_max == RLIM_INFINITY)
			breach("limit %d is infinite", capped[i]);
		if (setrlimit((__rlimit_resource_t)capped[i], &all) == 0)
			breach("limit %d was raised", capped[i]);
	}
	for (pid_t pid = 1; pid < 300; pid++)
		if (pid != getpid() && pid != getppid() && prlimit(pid, RLIMIT_NOFILE, &none, NULL) == 0)
			breach("the limits of process %d were lowered", (int)pid);
	return honest(argc, argv);
}
