//: group: Memory
//: tries: to make others the victims when memory runs out
//: expect: tested=OK brute=OK
//: why: it may make itself as likely a victim as the driver, but not less likely, and nobody else more likely
#include "hostile.h"

int main(int argc, char **argv)
{
	char path[64];
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);
	if (fd >= 0 && write(fd, "-1", 2) == 2 && !on_gvisor())
		breach("it is a less likely victim than the driver");
	if (fd >= 0 && write(fd, "0", 1) < 0)
		errno = 0;
	for (pid_t pid = 1; pid < 300; pid++) {
		if (pid == getpid() || pid == getppid())
			continue;
		snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)pid);
		if ((fd = open(path, O_WRONLY)) >= 0 && write(fd, "1000", 4) == 4)
			breach("process %d is a more likely victim", (int)pid);
	}
	return honest(argc, argv);
}
