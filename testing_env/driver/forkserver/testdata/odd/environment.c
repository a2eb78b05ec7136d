// Shows what it was given, then changes it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv, char **env)
{
	for (int i = 0; i < argc; i++)
		printf("[%s]", argv[i]);
	printf("%d\n", argv[argc] == NULL && env == environ);
	for (char **e = environ; *e; e++)
		printf("<%s>", *e);
	printf("\n%s %ld\n", getenv("ABSENT") ? "set" : "unset", getauxval(AT_PAGESZ));
	setenv("ABSENT", "now set", 1);
	unsetenv("PATH");
	putenv("OTHER=x");
	for (int i = 0; i < argc; i++)
		memset(argv[i], 'z', strlen(argv[i]));
	argv[0] = NULL;
	environ[0][0] = '?';
	return argc;
}
