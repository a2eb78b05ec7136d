/* Honest: tells a number at a time and wants the sum. */
#include <stdio.h>

int main(int argc, char **argv)
{
	long a, b, sum;
	FILE *input = argc > 1 ? fopen(argv[1], "r") : NULL;
	if (!input || fscanf(input, "%ld %ld", &a, &b) != 2)
		return 3;
	printf("%ld\n", a);
	fflush(stdout);
	char word[8];
	if (scanf("%7s", word) != 1)
		return 1;
	printf("%ld\n", b);
	fflush(stdout);
	return scanf("%ld", &sum) == 1 && sum == a + b ? 0 : 1;
}
