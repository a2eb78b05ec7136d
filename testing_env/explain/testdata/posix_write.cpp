// input: 4
// expect: 1\n2\n3\n5
// note: put together before
#include <cstdio>
#include <string>
#include <unistd.h>
int main() {
	int n;
	if (scanf("%d", &n) != 1)
		return 0;
	std::string s;
	for (int i = 1; i <= n; i++)
		s += std::to_string(i) + "\n";
	if (write(1, s.data(), s.size()) < 0) // WRONG
		return 1;
}
