/*
 * The system calls that no program in the sandbox needs.
 *
 * The container's engine has a filter of its own, but it differs from engine to
 * engine, and it is not made for programs that share a container. What is refused
 * here is refused everywhere: what would let a program leave something behind for
 * the next run or reach another program (sockets, System V objects, message queues,
 * keyrings, extended attributes, devices), memory that no limit counts (memfd), and parts of
 * the kernel that are rich in bugs and of no use to anybody here.
 *
 * What has a fallback in libraries fails with ENOSYS, as on an old kernel; the rest
 * fails with EPERM. Nothing kills the program: a library that tries and goes on
 * shall work. Calls that are always allowed cost nothing on Linux 5.11 and later,
 * where the kernel remembers them.
 */
#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#define X32 0x40000000u /* the bit of the calls of a third, unused, interface */
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#else
#error "the filter knows x86-64 and aarch64 only"
#endif

/* Calls newer than the headers of the image; their numbers are the same on all
 * architectures. */
#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat 463
#endif
#ifndef SYS_removexattrat
#define SYS_removexattrat 466
#endif
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

#define NAMESPACES                                                                                           \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((error) & SECCOMP_RET_DATA))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define IF_CALL(name, action) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), action
#define NO(name) IF_CALL(name, REFUSE(EPERM))
#define OLD(name) IF_CALL(name, REFUSE(ENOSYS))

static const struct sock_filter rules[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0),
	REFUSE(ENOSYS),
	LOAD(nr),
#ifdef X32
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1),
	REFUSE(ENOSYS),
#endif
	/* Ways to other programs, on this machine or elsewhere. Pairs of sockets are
	 * as good as pipes and stay. */
	NO(socket),
	NO(pidfd_getfd),

	/* What outlives a program. */
	NO(shmget), NO(shmat), NO(shmctl),
	NO(semget), NO(semop), NO(semctl), NO(semtimedop),
	NO(msgget), NO(msgsnd), NO(msgrcv), NO(msgctl),
	NO(mq_open), NO(mq_unlink),
	NO(add_key), NO(request_key), NO(keyctl),
	NO(setxattr), NO(lsetxattr), NO(fsetxattr), NO(setxattrat),
	NO(removexattr), NO(lremovexattr), NO(fremovexattr), NO(removexattrat),

	/* Memory that belongs to no process and to no folder. */
	OLD(memfd_create), OLD(memfd_secret),

	/* Namespaces and mounts: with a user namespace, a program has every right over
	 * a kernel interface that was not written for it. */
	NO(unshare), NO(setns), NO(mount), NO(umount2), NO(pivot_root),
	OLD(open_tree), OLD(move_mount), OLD(fsopen), OLD(fsconfig), OLD(fsmount), OLD(fspick),
	OLD(mount_setattr), OLD(open_tree_attr),

	/* Parts of the kernel that are rich in bugs. */
	OLD(io_uring_setup), OLD(io_uring_enter), OLD(io_uring_register),
	OLD(userfaultfd), NO(bpf), NO(perf_event_open), NO(fanotify_init),
	NO(name_to_handle_at), NO(open_by_handle_at), NO(quotactl), NO(syslog), NO(acct),

	/* Devices, which on Linux take a capability that nobody has, but not under gVisor. Of
	 * the kinds of files that these calls can make, devices alone have the bit. */
#ifdef SYS_mknod
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mknod, 0, 4),
	LOAD(args[1]),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, S_IFCHR, 0, 1),
	REFUSE(EPERM),
	ALLOW,
#endif
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mknodat, 0, 4),
	LOAD(args[2]),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, S_IFCHR, 0, 1),
	REFUSE(EPERM),
	ALLOW,

	/* A filter cannot see the flags of clone3, and libraries then use clone. */
	OLD(clone3),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
	/* The flags fit into 32 bits, and both architectures are little-endian. */
	LOAD(args[0]),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1),
	REFUSE(EPERM),
	ALLOW,
};

int filter_install(void)
{
	const struct sock_fprog program = {sizeof rules / sizeof *rules, (struct sock_filter *)(uintptr_t)rules};
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
