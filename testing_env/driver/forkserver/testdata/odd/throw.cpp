// An exception nobody catches.
#include <iostream>
#include <stdexcept>
struct Guard {
	~Guard() { std::cout << "unwound\n"; }
};
int main()
{
	Guard g;
	int n;
	std::cin >> n;
	if (n == 3)
		throw std::runtime_error("three");
	std::cout << n << '\n';
}
