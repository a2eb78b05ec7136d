/* Honest: compares two numbers by testlib's conventions. */
#include <stdio.h>

int main(int argc, char **argv)
{
	long expected, actual;
	FILE *output = argc > 3 ? fopen(argv[2], "r") : NULL, *answer = argc > 3 ? fopen(argv[3], "r") : NULL;
	if (!output || !answer || fscanf(answer, "%ld", &expected) != 1)
		return 3;
	return fscanf(output, "%ld", &actual) == 1 && actual == expected ? 0 : 1;
}
