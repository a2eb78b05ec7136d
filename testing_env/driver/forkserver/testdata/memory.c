// Touches as many MiB as the input says, in the way it says.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
static char global[256 << 20];
static int deep(int kib)
{
	volatile char here[1024];
	memset((char *)here, kib, sizeof here);
	return kib > 0 ? deep(kib - 1) + here[5] : 0;
}
int main(void)
{
	char how[20];
	int mib;
	if (scanf("%19s%d", how, &mib) != 2)
		return 9;
	if (!strcmp(how, "global"))
		memset(global, 1, (size_t)mib << 20);
	if (!strcmp(how, "block")) {
		char *p = malloc((size_t)mib << 20);
		if (!p)
			return 3;
		for (size_t i = 0; i < (size_t)mib << 20; i += 64)
			((volatile char *)p)[i] = 1;
		free(p);
	}
	if (!strcmp(how, "heap"))
		for (int i = 0; i < mib * 1024; i++)
			*(volatile char *)memset(malloc(1000), 1, 1000) = 2;
	if (!strcmp(how, "stack"))
		deep(mib * 1024);
	if (!strcmp(how, "slowly"))
		for (int i = 0; i < mib; i++) {
			struct timespec t = {0, 2000000};
			memset(global + ((size_t)i << 20), 1, 1 << 20);
			nanosleep(&t, NULL);
		}
	if (!strcmp(how, "reserve"))
		return malloc((size_t)mib << 20) ? 0 : 3;
	if (!strcmp(how, "burn"))
		while (clock() < mib * CLOCKS_PER_SEC / 1000)
			;
	/* The peak of this address space; not that of its ancestors, as getrusage has it. */
	char line[200];
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "VmHWM: %d", &mib) == 1)
			printf("%d\n", mib);
	return 0;
}
