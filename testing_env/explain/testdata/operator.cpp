// input: 3
// expect: (3, 5)
#include <iostream>

struct point {
	int x, y;
};
std::ostream &operator<<(std::ostream &out, const point &p) {
	return out << "(" << p.x << ", "
		   << p.y << ")"; // WRONG
}
int main() {
	int n;
	std::cin >> n;
	std::cout << point{n, n + 1} << "\n";
}
