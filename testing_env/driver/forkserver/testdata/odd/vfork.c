// A child that shares memory until it ends.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
volatile int seen;
static char big[1 << 20];
int main(void)
{
	pid_t pid = vfork();
	if (pid == 0) {
		seen++;
		for (int i = 0; i < (int)sizeof big; i += 4096)
			big[i]++;
		_exit(3);
	}
	waitpid(pid, NULL, 0);
	printf("%d %d\n", seen, big[4096]);
	return 0;
}
