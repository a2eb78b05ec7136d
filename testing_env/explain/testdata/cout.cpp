// input: 3
// expect: 3 4
#include <iostream>

int main() {
	int n;
	std::cin >> n;
	std::cout << n << " ";
	std::cout << n + 2 << "\n"; // WRONG
}
