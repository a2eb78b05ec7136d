//: group: Other programs
//: tries: to trace the driver, the spawner and other programs, and to read and write their memory
//: expect: tested=OK brute=OK generator=OK checker=OK interactor=OK
//: why: that takes the same user, or a right that it does not have
//: gvisor: TLE
#include "hostile.h"
#include <sys/ptrace.h>
#include <sys/uio.h>

int main(int argc, char **argv)
{
	char path[64], byte = 0;
	for (pid_t pid = 1; pid < 5000; pid++) {
		struct stat st;
		snprintf(path, sizeof path, "/proc/%d", (int)pid);
		if (pid == getpid() || stat(path, &st) != 0 || st.st_uid == getuid())
			continue;
		if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0 || ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0)
			breach("process %d can be traced", (int)pid);
		struct iovec local = {&byte, 1}, remote = {(void *)0x400000, 1};
		if (process_vm_readv(pid, &local, 1, &remote, 1, 0) > 0 || errno == EFAULT)
			breach("the memory of process %d can be read", (int)pid);
		if (process_vm_writev(pid, &local, 1, &remote, 1, 0) > 0 || errno == EFAULT)
			breach("the memory of process %d can be written", (int)pid);
		int fd = (int)syscall(SYS_pidfd_open, pid, 0);
		if (fd >= 0 && syscall(438, fd, 0, 0) >= 0)
			breach("a descriptor of process %d can be taken", (int)pid);
		if (fd >= 0)
			close(fd);
	}
	return honest(argc, argv);
}
