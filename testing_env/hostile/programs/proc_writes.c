//: group: Network and kernel
//: tries: to change the kernel's settings: sysctl, sysrq, control groups, uid maps, tracing
//: expect: tested=OK
//: why: mounted read-only, and root's
#include "hostile.h"

int main(int argc, char **argv)
{
	static const char *paths[] = {
		"/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/shmmax", "/proc/sys/vm/drop_caches",
		"/proc/self/uid_map", "/proc/1/uid_map", "/proc/sys/kernel/hostname", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
		"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/pids/pids.max", "/sys/kernel/mm/transparent_hugepage/enabled",
		"/proc/self/clear_refs_all", "/dev/mem", "/dev/kmsg", "/dev/console", "/proc/kcore", "/proc/1/oom_score_adj",
	};
	for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
		int fd = open(paths[i], O_WRONLY);
		if (fd >= 0 && write(fd, "1", 1) > 0)
			breach("%s was written", paths[i]);
	}
	if (sethostname("hostile", 7) == 0)
		breach("the host has another name");
	return honest(argc, argv);
}
