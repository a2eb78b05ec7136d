// One number.
#include <iostream>

int main()
{
	unsigned long n;
	return std::cin >> n ? 0 : 1;
}
