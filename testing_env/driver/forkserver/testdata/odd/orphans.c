// Leaves processes behind.
// leftovers: 2
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	int n, ready[2];
	char c;
	if (scanf("%d", &n) != 1 || pipe(ready))
		return 9;
	if (fork() == 0) {
		if (fork() == 0 && write(ready[1], "x", 1) == 1)
			for (;;)
				pause();
		for (;;)
			pause();
	}
	if (read(ready[0], &c, 1) != 1)
		return 8;
	printf("%d\n", n);
	return 0;
}
