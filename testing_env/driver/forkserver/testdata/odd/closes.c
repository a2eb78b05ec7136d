// Closes, duplicates and replaces its descriptors.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	char c[4] = {0};
	int fd = dup(1);
	if (read(0, c, 1) != 1)
		return 1;
	close(0);
	int zero = open("/dev/null", O_RDONLY);
	close(1);
	dup2(2, 1);
	dprintf(1, "to stderr\n");
	dprintf(fd, "%s %d %d\n", c, fd, zero);
	for (int i = 0; i < 100; i++)
		close(i);
	return 3;
}
