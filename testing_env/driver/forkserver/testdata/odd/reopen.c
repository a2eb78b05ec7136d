// The input opened again by path, and freopen.
#include <stdio.h>
#include <fcntl.h>
#include <unistd.h>
int main(void)
{
	int a = 0, b = 0, c = 0;
	FILE *again = fopen("/dev/stdin", "r");
	FILE *proc = fopen("/proc/self/fd/0", "r");
	if (!again || !proc || fscanf(again, "%d", &a) != 1 || fscanf(proc, "%d%d", &b, &b) != 2)
		return 1;
	if (!freopen("/dev/stdin", "r", stdin) || scanf("%d", &c) != 1)
		return 2;
	printf("%d %d %d %d\n", a, b, c, open("/dev/null", O_RDONLY));
	return 0;
}
