// input: 302
// expect: 302\n99
#include <cstdio>
static void print(int x) {
	if (x > 9)
		print(x / 10);
	putchar('0' + x % 10); // WRONG
}
int main() {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	print(n);
	putchar('\n');
	print(n / 3);
	putchar('\n');
}
