//: group: Network and kernel
//: tries: namespaces, mounts, chroot, pivot_root, devices
//: expect: tested=OK brute=OK
//: why: refused
#include "hostile.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

int main(int argc, char **argv)
{
	const int kinds[] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};
	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (unshare(kinds[i]) == 0 || unshare(CLONE_NEWUSER | kinds[i]) == 0)
			breach("namespace %x was left", kinds[i]);
		pid_t child = (pid_t)syscall(SYS_clone, kinds[i] | CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
		if (child == 0)
			_exit(0);
		if (child > 0)
			breach("a child in a namespace of its own was made");
	}
	uint64_t args[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
	if (syscall(435, args, sizeof args) >= 0)
		breach("clone3 made a child");
	if (mount("none", ".", "tmpfs", 0, NULL) == 0 || mount("/", ".", NULL, MS_BIND, NULL) == 0 || umount2("/w", MNT_DETACH) == 0)
		breach("something was mounted");
	if (chroot(".") == 0 || syscall(SYS_pivot_root, ".", ".") == 0)
		breach("the root was changed");
	if (mknod("null", S_IFCHR | 0666, makedev(1, 3)) == 0 || mknod("disk", S_IFBLK | 0666, makedev(8, 0)) == 0)
		breach("a device was made");
	int fd = open("/proc/1/ns/mnt", O_RDONLY);
	if (fd >= 0 && (!on_gvisor() || setns(fd, 0) == 0))
		breach("the driver's namespaces can be opened");
	return honest(argc, argv);
}
