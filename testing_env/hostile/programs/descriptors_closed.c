//: group: Output
//: tries: to close every descriptor and go on
//: expect: tested=WA brute=WA|BRUTE_FAILED generator=GENERATOR_FAILED talker=WA|RE
//: why: it printed nothing
#include "hostile.h"

int main(void)
{
	for (int fd = 0; fd < 1024; fd++)
		close(fd);
	return 0;
}
