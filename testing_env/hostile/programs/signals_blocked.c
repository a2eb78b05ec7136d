//: group: Processes
//: tries: to burn processor time with every signal blocked or ignored
//: expect: tested=TLE brute=BRUTE_FAILED generator=GENERATOR_FAILED validator=VALIDATOR_REJECTED checker=CHECKER_FAILED
//:     interactor=CHECKER_FAILED talker=TLE
//: time: 100ms
//: why: SIGKILL cannot be blocked
#include "hostile.h"

int main(void)
{
	sigset_t all;
	sigfillset(&all);
	for (int s = 1; s < 65; s++)
		signal(s, SIG_IGN);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (volatile unsigned long i = 0;; i++)
		;
}
