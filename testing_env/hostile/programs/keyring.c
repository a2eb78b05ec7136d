//: group: Network and kernel
//: tries: to keep a note in the kernel's keyrings
//: expect: tested=OK brute=OK
//: why: refused
#include "hostile.h"

int main(int argc, char **argv)
{
	if (syscall(SYS_add_key, "user", "note", "hello", 5, -4) >= 0 || syscall(SYS_keyctl, 0, -4, 1) >= 0 ||
	    syscall(SYS_request_key, "user", "note", NULL, 0) >= 0)
		breach("there are keyrings");
	return honest(argc, argv);
}
