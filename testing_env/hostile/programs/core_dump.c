//: group: Processes
//: tries: to leave a core file
//: expect: tested=RE
//: why: it aborts; the limit on core files is zero and cannot be raised
#include "hostile.h"
#include <sys/resource.h>

int main(void)
{
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	if (setrlimit(RLIMIT_CORE, &all) == 0)
		breach("the limit on core files was raised");
	FILE *filter = fopen("/proc/self/coredump_filter", "w");
	if (filter)
		fputs("0x7f", filter);
	abort();
}
