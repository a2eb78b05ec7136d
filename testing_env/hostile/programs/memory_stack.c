//: group: Memory
//: tries: endless recursion
//: expect: tested=RE
//: why: the stack may have nearly all of the memory, and then there is SIGSEGV
#include "hostile.h"

__attribute__((noinline)) static int down(volatile char *above)
{
	volatile char frame[4096];
	frame[0] = *above;
	return down(frame) + frame[0];
}

int main(void)
{
	volatile char c = 1;
	return down(&c);
}
