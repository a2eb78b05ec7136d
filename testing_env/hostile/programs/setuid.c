//: group: Network and kernel
//: tries: to become root or a neighbour: by number, by group, by a set-uid program, by capabilities
//: expect: tested=OK brute=OK generator=OK
//: why: it has no capability and cannot get one; set-uid bits are off twice
#include "hostile.h"
#include <grp.h>
#include <linux/capability.h>

int main(int argc, char **argv)
{
	gid_t groups[1] = {0};
	if (setuid(0) == 0 || setreuid(0, 0) == 0 || setresuid(getuid() + 1, getuid() + 1, getuid() + 1) == 0)
		breach("it became user %d", (int)getuid());
	if (setgid(0) == 0 || setresgid(getgid() + 1, getgid() + 1, getgid() + 1) == 0 || setgroups(1, groups) == 0)
		breach("it changed its groups");
	if (getgroups(1, groups) != 0)
		breach("it has further groups");
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct has[2] = {{0}}, all[2] = {{~0u, ~0u, ~0u}, {~0u, ~0u, ~0u}};
	if (syscall(SYS_capget, &header, has) != 0 || has[0].permitted | has[0].effective | has[0].inheritable | has[1].permitted)
		breach("it has capabilities");
	if (syscall(SYS_capset, &header, all) == 0)
		breach("it raised capabilities");
	if (fork() == 0) {
		int fd = open("suid", O_CREAT | O_WRONLY, 0755);
		int self = open("/proc/self/exe", O_RDONLY);
		char block[4096];
		for (ssize_t n; (n = read(self, block, sizeof block)) > 0;)
			if (write(fd, block, (size_t)n) < 0)
				break;
		close(fd);
		chmod("suid", 06777);
		execl("/bin/mount", "mount", "-t", "tmpfs", "none", "/tmp", (char *)NULL);
		_exit(1);
	}
	int status;
	if (wait(&status) > 0 && status == 0)
		breach("mount works");
	return honest(argc, argv);
}
