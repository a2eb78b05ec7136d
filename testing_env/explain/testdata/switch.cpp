// input: 2
// expect: 1\n0
#include <cstdio>
int main() {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	puts("1");
	switch (n) {
	case 1: printf("%d\n", 7); break;
	case 2: printf("%d\n", 8); break; // WRONG
	case 3: printf("%d\n", 9); break;
	}
}
