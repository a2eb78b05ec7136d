// input: 3
// expect: 3 2
#include <iostream>

int main() {
	int n;
	std::cin >> n;
	auto say = [](int x) {
		std::cout << x << "\n"; // WRONG
	};
	std::cout << n << " ";
	say(n + 1);
}
