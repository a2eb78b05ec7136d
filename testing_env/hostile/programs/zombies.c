//: group: Processes
//: tries: to leave zombies that nobody collects
//: expect: tested=OK
//: why: the spawner inherits and collects them
//: gvisor: TLE
#include "hostile.h"

int main(int argc, char **argv)
{
	int status = honest(argc, argv);
	for (int i = 0; i < 40; i++)
		if (fork() == 0)
			_exit(i);
	return status;
}
