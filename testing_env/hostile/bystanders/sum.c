/* Honest: the sum of two numbers, with a little memory of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
	long a, b;
	size_t size = 4u << 20;
	char *memory = malloc(size);
	if (!memory || scanf("%ld %ld", &a, &b) != 2)
		return 1;
	memset(memory, 7, size);
	printf("%ld\n", a + b + memory[a % size] - 7);
	return 0;
}
