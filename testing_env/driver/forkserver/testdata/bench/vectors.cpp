// Vectors sized for the largest input, whatever the input is.
#include <cstdio>
#include <vector>
int main()
{
	int n;
	if (scanf("%d", &n) != 1)
		return 1;
	std::vector<std::vector<int>> graph(200005);
	std::vector<long> distance(200005, -1);
	std::vector<char> sieve(1 << 20);
	for (int i = 0; i < n; i++)
		graph[i].push_back(i + 1), distance[i] = i;
	for (int i = 2; i < 1 << 10; i++)
		for (int k = i * i; k < 1 << 12; k += i)
			sieve[k] = 1;
	printf("%zu %ld %d\n", graph[0].size(), distance[7], sieve[9]);
}
