// input: 4
// expect: 0
// note: std::out_of_range
// verdict: RE
#include <iostream>

#include <vector>
int main() {
	unsigned n;
	std::cin >> n;
	std::vector<int> v(3);
	std::cout << v.at(n) << "\n"; // WRONG
}
