// Initialised data, changed before it is printed.
#include <stdio.h>
#include <unistd.h>
int table[5000] = {1, 2, 3, 4, 5};
char text[9000] = "unchanged";
const char *names[] = {"zero", "one", "two"};
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	printf("%d %d %s %s\n", table[0], table[4999], text, names[1]);
	fflush(stdout);
	for (int i = 0; i < 5000; i++)
		table[i] += n + i;
	lseek(0, 0, SEEK_SET);
	if (read(0, text, sizeof text) < 1)
		return 8;
	names[1] = text + 1;
	printf("%d %c\n", table[4999], text[0]);
	return 0;
}
