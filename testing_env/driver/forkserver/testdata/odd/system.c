// Other programs, started in several ways.
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
int main(void)
{
	char line[100];
	int status = 0;
	pid_t pid;
	char *argv[] = {"sh", "-c", "echo spawned; exit 5", NULL};
	if (system("echo system; exit 3") != 3 << 8)
		return 1;
	FILE *p = popen("echo popen", "r");
	if (!fgets(line, sizeof line, p))
		return 2;
	fputs(line, stdout);
	fflush(stdout);
	if (pclose(p) || posix_spawnp(&pid, "sh", NULL, NULL, argv, environ))
		return 3;
	waitpid(pid, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
	return 0;
}
