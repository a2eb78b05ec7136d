// A contest solution on a tiny input.
#include <iostream>
#include <map>
#include <vector>
int main()
{
	std::ios::sync_with_stdio(false);
	std::cin.tie(nullptr);
	int n;
	std::cin >> n;
	std::vector<long> a(n);
	std::map<long, int> seen;
	long best = 0, sum = 0;
	for (auto &x : a) {
		std::cin >> x;
		seen[x]++;
		sum = std::max(sum + x, x);
		best = std::max(best, sum);
	}
	std::cout << best << ' ' << seen.size() << '\n';
}
