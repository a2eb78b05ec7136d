//: group: Other programs
//: tries: to stop whoever waits for it, and the group, and to send every signal there is to its parent
//: expect: tested=OK|TLE|RE brute=OK|BRUTE_FAILED
//: why: its parent is root's, or a process of its own user that is made anew
//: time: 1s
#include "hostile.h"

int main(int argc, char **argv)
{
	int status = honest(argc, argv);
	fflush(stdout);
	for (int s = 1; s < 65; s++)
		if (s != SIGKILL)
			kill(getppid(), s);
	kill(getppid(), SIGSTOP);
	return status;
}
