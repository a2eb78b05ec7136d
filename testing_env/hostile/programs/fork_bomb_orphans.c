//: group: Processes
//: tries: to outlive its run by orphans in sessions of their own that keep forking
//: expect: tested=OK brute=OK generator=OK checker=OK interactor=OK
//: why: it answers; everything under its user id is then killed, whatever its session or parent
#include "hostile.h"

int main(int argc, char **argv)
{
	int status = honest(argc, argv);
	fflush(stdout);
	for (int i = 0; i < 8; i++) {
		if (fork() == 0) {
			setsid();
			for (;;) {
				if (fork() > 0)
					_exit(0);
				setsid();
			}
		}
	}
	return status;
}
