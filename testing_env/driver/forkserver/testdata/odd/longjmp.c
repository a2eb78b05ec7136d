// Jumps and contexts.
#include <setjmp.h>
#include <stdio.h>
#include <ucontext.h>
static jmp_buf back;
static ucontext_t here, there;
static char stack[65536];
static void other(void)
{
	puts("other");
	swapcontext(&there, &here);
}
int main(void)
{
	volatile int n;
	if (scanf("%d", (int *)&n) != 1)
		return 9;
	int r = setjmp(back);
	printf("%d\n", r);
	if (r < n)
		longjmp(back, r + 1);
	getcontext(&there);
	there.uc_stack.ss_sp = stack;
	there.uc_stack.ss_size = sizeof stack;
	there.uc_link = &here;
	makecontext(&there, other, 0);
	swapcontext(&here, &there);
	return r;
}
