//: group: Compilation
//: tries: to be a program that cannot be loaded, for it has a terabyte of zeros
//: expect: tested=RE brute=BRUTE_FAILED generator=GENERATOR_FAILED
//: why: that the kernel refuses it, or kills it while it is loaded, is the program's fault
#include "hostile.h"

#if defined(__x86_64__)
__asm__(".section .lbss,\"aw\",@nobits\nhuge: .zero 1 << 40\n.text\n");
#else
static char huge[1L << 40];
#endif

int main(int argc, char **argv)
{
	return honest(argc, argv);
}
