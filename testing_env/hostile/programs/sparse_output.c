//: group: Output
//: tries: to make its output enormous without writing it
//: expect: tested=OLE|RE|WA brute=BRUTE_FAILED|WA
//: why: holes count like bytes, and neither seeking nor truncating gets beyond the limit
#include "hostile.h"

int main(void)
{
	signal(SIGXFSZ, SIG_IGN);
	if (ftruncate(1, (off_t)1 << 40) == 0 || posix_fallocate(1, 0, (off_t)1 << 40) == 0)
		breach("the output is a terabyte long");
	if (lseek(1, (off_t)1 << 40, SEEK_SET) > 0 && write(1, "x", 1) > 0)
		breach("the output ends at a terabyte");
	return ftruncate(1, 300 << 10);
}
