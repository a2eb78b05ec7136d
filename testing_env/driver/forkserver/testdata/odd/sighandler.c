// Survives its own crash, on another stack.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
static sigjmp_buf back;
static char other[65536];
static void handler(int sig)
{
	siglongjmp(back, sig);
}
int main(void)
{
	stack_t old, st = {.ss_sp = other, .ss_size = sizeof other};
	struct sigaction before, sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
	sigset_t mask;
	sigaction(SIGSEGV, NULL, &before);
	sigaltstack(NULL, &old);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	printf("%d %d %d\n", before.sa_handler == SIG_DFL, old.ss_flags == SS_DISABLE, sigismember(&mask, SIGINT));
	sigaltstack(&st, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	int sig = sigsetjmp(back, 1);
	if (sig == 0)
		*(volatile int *)8 = 1;
	printf("caught %d\n", sig);
	return 0;
}
