// Randomness from all sources there are.
// varies
#include <cstdio>
#include <random>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>
int main()
{
	unsigned long long a = 0, b = 0;
	std::random_device device;
	if (getrandom(&a, sizeof a, 0) != sizeof a || getentropy(&b, sizeof b))
		return 1;
	printf("%u %llu %llu\n", device(), a, b);
}
