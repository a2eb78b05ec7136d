// A brute force that crashes on the inputs that CRASH is the fate of.
#include "fate.h"
#include <cstdlib>
#include <iostream>

int main()
{
	uint64_t n;
	std::cin >> n;
	if (fate(n) == CRASH)
		abort();
	std::cout << 2 * n << '\n';
}
