// More memory than there is.
#include <iostream>
#include <new>
#include <vector>
int main()
{
	size_t n;
	std::cin >> n;
	try {
		std::vector<char> v(n << 55);
	} catch (const std::exception &e) {
		std::cout << "refused\n";
	}
	new char[n << 55];
}
