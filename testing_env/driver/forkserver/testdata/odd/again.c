// Executes itself again, once.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	int n = 0;
	if (scanf("%d", &n) != 1)
		puts("nothing left");
	printf("%d %d %s\n", argc > 1 && !strcmp(argv[1], "again"), n, getenv("LD_PRELOAD") ? "preloaded" : "");
	fflush(stdout);
	if (argc < 2 || strcmp(argv[1], "again"))
		execl("/proc/self/exe", "x", "again", NULL);
	return 12;
}
