// input: 3
// expect: 3\n5
#include <format>
#include <iostream>
int main() {
	int n;
	std::cin >> n;
	std::cout << std::format("{}\n", n);
	std::cout << std::format("{}\n", n + 1); // WRONG
}
