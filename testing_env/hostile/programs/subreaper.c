//: group: Processes
//: tries: prctl games: subreaper, death signals, dumpable, no_new_privs, timer slack, securebits
//: expect: tested=OK brute=OK
//: why: they concern the program alone and end with it
#include "hostile.h"
#include <sys/prctl.h>

int main(int argc, char **argv)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGSTOP);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_TIMERSLACK, 1000000000L);
	prctl(PR_SET_KEEPCAPS, 1);
	if (prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0)
		breach("no_new_privs was taken back");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 1, 0, 0) == 0)
		breach("an ambient capability was raised");
	if (prctl(PR_SET_SECUREBITS, 0x2f) == 0)
		breach("securebits were set");
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		breach("no_new_privs is not set");
	if (fork() == 0) {
		if (fork() == 0)
			for (;;)
				pause();
		_exit(0);
	}
	return honest(argc, argv);
}
