// Uses as many microseconds of processor time as its input says, from its start on.
#include <cstdio>
#include <ctime>

int main()
{
	long wanted;
	if (scanf("%ld", &wanted) != 1)
		return 1;
	timespec used;
	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	while (used.tv_sec * 1000000 + used.tv_nsec / 1000 < wanted);
	puts("done");
}
