//: group: Processes
//: tries: to get more of the processor than its share: real time, negative niceness, input and output priority
//: expect: tested=OK
//: why: all of it needs rights that it does not have; what it may lower hurts itself alone
#include "hostile.h"
#include <sched.h>
#include <sys/resource.h>

int main(int argc, char **argv)
{
	struct sched_param highest = {.sched_priority = 99}, none = {0};
	for (int policy = SCHED_FIFO; policy <= SCHED_RR; policy++)
		if (sched_setscheduler(0, policy, &highest) == 0)
			breach("real-time policy %d was set", policy);
	uint32_t deadline[14] = {56, 6, 0, 0, 0, 0, 1000000, 0, 2000000, 0, 2000000, 0, 0, 0};
	if (syscall(SYS_sched_setattr, 0, deadline, 0) == 0)
		breach("a deadline was set");
	if (!on_gvisor() && setpriority(PRIO_PROCESS, 0, -10) == 0)
		breach("the niceness was lowered");
	if (syscall(SYS_ioprio_set, 1, 0, 1 << 13) == 0)
		breach("the real-time class of input and output was set");
	for (pid_t pid = 1; pid < 300; pid++)
		if (pid != getpid() && pid != getppid() && !on_gvisor() && setpriority(PRIO_PROCESS, (id_t)pid, 19) == 0)
			breach("process %d was made nicer", (int)pid);
	sched_setscheduler(0, SCHED_IDLE, &none);
	setpriority(PRIO_PROCESS, 0, 19);
	cpu_set_t every;
	memset(&every, 0xff, sizeof every);
	sched_setaffinity(0, sizeof every, &every);
	return honest(argc, argv);
}
