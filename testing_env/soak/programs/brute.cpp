// Twice its input.
#include <cstdint>
#include <iostream>

int main()
{
	uint64_t n;
	std::cin >> n;
	std::cout << 2 * n << '\n';
}
