// Ordered maps and strings of moderate size.
#include <iostream>
#include <map>
#include <string>
int main()
{
	int n;
	std::cin >> n;
	std::map<int, std::string> m;
	for (int i = 0; i < 3000; i++)
		m[i * 7919 % 10007 + n] = std::to_string(i) + " is longer than the small string";
	size_t sum = 0;
	for (auto &[k, v] : m)
		sum += k * v.size();
	std::cout << sum << '\n';
}
