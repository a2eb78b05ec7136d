//: group: Network and kernel
//: tries: parts of the kernel that are rich in bugs: io_uring, bpf, userfaultfd, performance counters, file handles
//: expect: tested=OK brute=OK
//: why: refused
#include "hostile.h"

int main(int argc, char **argv)
{
	static char room[256];
	static const struct {
		long number;
		const char *name;
	} calls[] = {
		{SYS_io_uring_setup, "io_uring_setup"}, {SYS_io_uring_enter, "io_uring_enter"}, {SYS_bpf, "bpf"},
		{SYS_userfaultfd, "userfaultfd"}, {SYS_perf_event_open, "perf_event_open"}, {SYS_fanotify_init, "fanotify_init"},
		{SYS_name_to_handle_at, "name_to_handle_at"}, {SYS_open_by_handle_at, "open_by_handle_at"},
		{SYS_syslog, "syslog"}, {SYS_acct, "acct"}, {SYS_init_module, "init_module"}, {SYS_kexec_load, "kexec_load"},
		{SYS_swapon, "swapon"}, {SYS_reboot, "reboot"}, {SYS_settimeofday, "settimeofday"},
	};
	for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
		errno = 0;
		if (syscall(calls[i].number, 1, room, 0, 0, 0, 0) >= 0 || (errno != EPERM && errno != ENOSYS))
			breach("%s is there: %s", calls[i].name, strerror(errno));
	}
	return honest(argc, argv);
}
