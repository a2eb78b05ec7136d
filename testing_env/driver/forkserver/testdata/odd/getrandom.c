// The kernel's randomness alone, of which the C library may keep a store.
// varies
#include <stdio.h>
#include <sys/random.h>
int main(void)
{
	unsigned long long a = 0;
	for (int i = 0; i < 100; i++)
		if (getrandom(&a, sizeof a, 0) != sizeof a)
			return 1;
	printf("%llu\n", a);
	return 0;
}
