// input: 4
// expect: 4
#include <cstdio>
__attribute__((noinline)) static void show(int x) {
	printf("%d\n", x + 1); // WRONG
}
int main() {
	int n;
	if (scanf("%d", &n) == 1)
		show(n);
}
