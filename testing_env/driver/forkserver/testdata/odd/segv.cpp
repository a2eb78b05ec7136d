// Crashes for one of the two inputs.
#include <iostream>
int main()
{
	int n;
	std::cin >> n;
	std::cout << n << std::endl;
	if (n == 3)
		*(volatile int *)nullptr = 1;
	std::cout << "survived\n";
}
