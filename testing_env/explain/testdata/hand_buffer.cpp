// input: 4
// expect: 1\n2\n3\n5
// note: put together before
#include <cstdio>
static char buffer[1 << 16];
static int used;
static void put(int x) {
	used += sprintf(buffer + used, "%d\n", x);
}
int main() {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	for (int i = 1; i <= n; i++)
		put(i);
	fwrite(buffer, 1, used, stdout); // WRONG
}
