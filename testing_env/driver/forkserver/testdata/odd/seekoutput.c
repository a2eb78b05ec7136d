// Uses its output as a file.
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	printf("0123456789");
	fflush(stdout);
	lseek(1, n, SEEK_SET);
	if (write(1, "x", 1) != 1 || ftruncate(1, 8))
		return 1;
	return 0;
}
