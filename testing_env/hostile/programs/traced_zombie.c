//: group: Processes
//: tries: to end without being collected, held by a child that traces it
//: expect: tested=TLE|OK
//: why: the child keeps it from ending, so it is idle; where tracing is forbidden it just ends
//: time: 100ms
#include "hostile.h"
#include <sys/prctl.h>
#include <sys/ptrace.h>

int main(int argc, char **argv)
{
	int status = honest(argc, argv), ready[2];
	pid_t self = getpid();
	char byte;
	fflush(stdout);
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	if (pipe(ready) != 0)
		return 1;
	if (fork() == 0) {
		ptrace(PTRACE_SEIZE, self, NULL, NULL);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	/* End of file comes when the child has closed its end. */
	if (read(ready[0], &byte, 1) < 0)
		return 1;
	return status;
}
