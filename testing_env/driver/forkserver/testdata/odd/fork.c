// Processes of its own, with memory of their own.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int shared = 1;
int main(void)
{
	int n, status = 0;
	if (scanf("%d", &n) != 1)
		return 9;
	for (int i = 0; i < n; i++) {
		pid_t pid = fork();
		if (pid == 0) {
			shared += i;
			_exit(shared);
		}
		waitpid(pid, &status, 0);
		printf("%d %d\n", WEXITSTATUS(status), shared);
	}
	return 0;
}
