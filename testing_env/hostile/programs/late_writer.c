//: group: Processes
//: tries: to spoil its answer, or the next one, by a child that writes after the end
//: expect: tested=OK brute=OK generator=OK
//: why: nothing of it runs any more when its output is read
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
