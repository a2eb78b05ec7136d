//: group: Other programs
//: tries: to find the brute force's answer, or anything else, behind descriptors: its own and those of all processes
//: expect: tested=OK brute=OK talker=OK
//: why: it has its three descriptors and no others; those of other users cannot be listed
//: time: 5s
#include "hostile.h"
#include <dirent.h>

/* gVisor lists the descriptors of all processes: they must not open. */
static void look_behind(pid_t pid)
{
	static const char *secrets[] = {"answer", "output", "remark", "stderr", "area", "control", "compiler"};
	char path[64], target[256];
	for (int fd = 0; fd < 512; fd++) {
		snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
		ssize_t n = readlink(path, target, sizeof target - 1);
		if (n <= 0)
			continue;
		target[n] = 0;
		int other = open(path, O_RDONLY | O_NONBLOCK);
		for (unsigned i = 0; other >= 0 && i < sizeof secrets / sizeof *secrets; i++)
			if (strstr(target, secrets[i]))
				breach("%s, that is %s, can be read", path, target);
		if (other >= 0)
			close(other);
		if (strstr(target, "/dev/null") == NULL && (other = open(path, O_WRONLY | O_NONBLOCK)) >= 0)
			breach("%s, that is %s, can be written", path, target);
	}
}

int main(int argc, char **argv)
{
	char path[64], target[256];
	struct stat st;
	for (int fd = 3; fd < 1024; fd++)
		if (fstat(fd, &st) == 0) {
			snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
			ssize_t n = readlink(path, target, sizeof target - 1);
			target[n > 0 ? n : 0] = 0;
			breach("it was given descriptor %d: %s", fd, target);
		}
	for (pid_t pid = 1; pid < 5000; pid++) {
		static const char *secrets[] = {"fd", "fdinfo", "map_files", "cwd/.", "root/.", "mem", "environ", "maps", "auxv", "syscall", "stack"};
		snprintf(path, sizeof path, "/proc/%d", (int)pid);
		if (pid == getpid() || stat(path, &st) != 0 || st.st_uid == getuid())
			continue;
		if (on_gvisor()) {
			look_behind(pid);
			continue;
		}
		for (unsigned i = 0; i < sizeof secrets / sizeof *secrets; i++) {
			char byte;
			snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, secrets[i]);
			int fd = open(path, O_RDONLY);
			if (fd >= 0 && (i < 3 || read(fd, &byte, 1) > 0))
				breach("%s can be read", path);
			if (fd >= 0)
				close(fd);
		}
	}
	return honest(argc, argv);
}
