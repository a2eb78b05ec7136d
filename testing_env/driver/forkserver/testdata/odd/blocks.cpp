// Large blocks that come and go, in several threads, and are always cleared.
// flags: -pthread
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <thread>
#include <vector>
#include <sys/mman.h>
static long dirt(const char *p, size_t n)
{
	long sum = 0;
	for (size_t i = 0; i < n; i += 64)
		sum += p[i];
	return sum;
}
static long churn(int n)
{
	long found = 0;
	std::vector<std::pair<char *, size_t>> live;
	for (int i = 0; i < 200; i++) {
		size_t size = 65536 + (i * 7919 * n) % 500000;
		char *p = (char *)mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			return -1;
		found += dirt(p, size);
		memset(p, 1, size);
		live.push_back({p, size});
		if (i % 3 == 2) {
			auto [q, s] = live[live.size() / 2];
			live.erase(live.begin() + live.size() / 2);
			munmap(q, s);
		}
		if (i % 17 == 5) {
			// A part of a block, and another part moved elsewhere.
			munmap(live[0].first, 4096);
			mremap(live[1].first, live[1].second, live[1].second + 900000, MREMAP_MAYMOVE);
			live.erase(live.begin(), live.begin() + 2);
		}
	}
	for (auto [q, s] : live)
		if (n != 3)
			munmap(q, s);
	return found;
}
int main()
{
	int n;
	long found[3] = {};
	if (scanf("%d", &n) != 1)
		return 9;
	std::thread a([&] { found[0] = churn(n); }), b([&] { found[1] = churn(n + 1); });
	a.join();
	b.join();
	char *grown = nullptr;
	for (size_t size = 200000; size < 20000000; size *= 2) {
		grown = (char *)realloc(grown, size);
		memset(grown + size / 2, 1, size / 2);
	}
	for (int i = 0; i < 300; i++) {
		char *p = (char *)calloc(1, 140000 + i * 100);
		found[2] += dirt(p, 140000);
		memset(p, 1, 140000);
		if (i % 2)
			free(p);
	}
	malloc_trim(0);
	printf("%ld %ld %ld %d\n", found[0], found[1], found[2], grown[19999]);
}
