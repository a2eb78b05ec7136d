// input: 3
// expect: 3\n2.5
#include <iostream>

template <typename T> void line(const T &x) {
	std::cout << x << "\n"; // WRONG
}
int main() {
	int n;
	std::cin >> n;
	line(n);
	line(n + 0.5);
}
