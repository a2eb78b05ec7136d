// An ordinary program.
#include <iostream>
#include <map>
int runs;
std::map<int, int> seen;
int main()
{
	std::ios::sync_with_stdio(false);
	std::cin.tie(nullptr);
	int n, x;
	long sum = 0;
	std::cin >> n;
	while (n-- && std::cin >> x)
		sum += x, seen[x]++;
	std::cout << sum << ' ' << ++runs << ' ' << seen.size() << '\n';
}
