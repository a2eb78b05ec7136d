// input: 3
// expect: 3\n4
#include <cstdio>
int main() {
	setvbuf(stdout, nullptr, _IOFBF, 1 << 16);
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	printf("%d\n", n);
	printf("%d\n", n); // WRONG
}
