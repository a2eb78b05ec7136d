/* Honest: the seed and a number that follows from it. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	long seed = atol(argv[argc - 1]);
	printf("%ld %ld\n", seed, seed * 7919 % 1000);
	return 0;
}
