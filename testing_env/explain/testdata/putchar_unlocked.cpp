// input: 3
// expect: abd
#include <cstdio>
int main() {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	putchar_unlocked('a');
	putchar_unlocked('b');
	putchar_unlocked('a' + n - 1); // WRONG
	putchar_unlocked('\n');
}
