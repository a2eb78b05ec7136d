//: group: Other programs
//: tries: to speak the protocols of the driver, the spawner and the fork server on every descriptor it can reach
//: expect: tested=WA brute=WA|BRUTE_FAILED|OK generator=OK|GENERATOR_FAILED|WA
//: why: it reaches its own output alone, which is wrong then
//: time: 2s
#include "hostile.h"

int main(int argc, char **argv)
{
	static const char frames[] = "\x00\x00\x00\x02F{\"id\":1,\"result\":{\"event\":\"result\",\"verdict\":\"OK\"}}\n"
				     "PSTS\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";
	char path[64];
	honest(argc, argv);
	for (int fd = 0; fd < 1024; fd++)
		if (write(fd, frames, sizeof frames) < 0)
			errno = 0;
	for (pid_t pid = 1; pid < 300; pid++)
		for (int fd = 0; fd < 48; fd++) {
			if (pid == getpid())
				continue;
			snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
			struct stat st;
			int other = open(path, O_WRONLY);
			if (other >= 0 && fstat(other, &st) == 0 && S_ISCHR(st.st_mode)) {
				close(other); /* /dev/null, which gVisor lets everybody find */
				continue;
			}
			if (other >= 0 && pid != getppid() && write(other, frames, sizeof frames) > 0)
				breach("something was written to %s", path);
		}
	return 0;
}
