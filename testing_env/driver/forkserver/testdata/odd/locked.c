// Locks memory and hides from debuggers.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
int main(void)
{
	printf("%d\n", prctl(PR_GET_DUMPABLE));
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	prctl(PR_SET_NAME, "hidden");
	mlockall(MCL_CURRENT); /* may be too much for the limit */
	return 0;
}
