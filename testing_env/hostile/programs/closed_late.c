//: group: Output
//: tries: to close its output and then wait for its partner to end
//: expect: talker=WA|TLE
//: why: the partner sees the end and says that an answer is missing
#include "hostile.h"

int main(void)
{
	long a;
	if (scanf("%ld", &a) != 1)
		return 1;
	close(1);
	while (scanf("%ld", &a) == 1)
		;
	return 0;
}
