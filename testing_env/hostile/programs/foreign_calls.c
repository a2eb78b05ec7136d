//: group: Network and kernel
//: tries: to get round the filter of system calls by the other two ways into the kernel, and by filters of its own
//: expect: tested=OK
//: why: the filter knows the machine's own way only and refuses the others; another filter can only forbid more
#include "hostile.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

int main(int argc, char **argv)
{
#if defined(__x86_64__)
	/* socketcall of 32-bit programs (102), and socket of the x32 interface. */
	uint32_t args[3] = {2, 1, 0};
	long ret;
	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(102), "b"(1), "c"((uint32_t)(uintptr_t)args) : "memory");
	if (ret >= 0)
		breach("a 32-bit call made a socket");
	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(20) : "memory");
	if (ret > 0)
		breach("a 32-bit call worked");
	if (syscall(0x40000000 | SYS_getpid) > 0)
		breach("a call of the x32 interface worked");
#endif
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {1, &allow};
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
	if (syscall(SYS_socket, 1, 1, 0) >= 0)
		breach("its own filter took the other's place");
	return honest(argc, argv);
}
