// Memory that is never given back: large, small, and from realloc.
#include <cstdio>
#include <cstdlib>
#include <vector>
#include <set>
int main()
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	auto *v = new std::vector<int>(1 << 20, n);
	auto *s = new std::set<int>;
	for (int i = 0; i < 20000; i++)
		s->insert(i * n);
	char *p = nullptr;
	for (size_t size = 1000; size < 3000000; size *= 3)
		p = (char *)realloc(p, size), p[size - 1] = n;
	auto **blocks = new char *[50];
	for (int i = 0; i < 50; i++)
		blocks[i] = (char *)calloc(1, 200000 + i * 1000);
	long dirt = 0;
	for (int i = 0; i < 50; i++)
		for (int k = 0; k < 200000; k += 512)
			dirt += blocks[i][k], blocks[i][k] = 1;
	printf("%ld %zu %ld\n", (long)(*v)[77], s->size(), dirt);
	exit(n);
}
