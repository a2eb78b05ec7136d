// Exceptions caught, across functions with destructors.
#include <iostream>
#include <string>
#include <vector>
int depth(int n)
{
	std::string s(n, 'x');
	if (n == 0)
		throw std::vector<int>{1, 2, 3};
	return depth(n - 1) + s.size();
}
int main()
{
	int n;
	std::cin >> n;
	for (int i = 0; i < 20; i++)
		try {
			depth(n + i);
		} catch (const std::vector<int> &v) {
			std::cout << v.size() << ' ';
		}
	try {
		std::string("abc").at(n + 5);
	} catch (const std::exception &e) {
		std::cout << "out of range\n";
	}
}
