//: group: Output
//: tries: to flood the other side of a conversation
//: expect: talker=WA|RE|TLE|PE interactor=CHECKER_FAILED|WA|RE
//: why: the other side ends, and the pipe with it; nobody in between collects what is said
//: time: 1s
#include "hostile.h"

int main(void)
{
	static char block[1 << 16];
	memset(block, 'x', sizeof block);
	for (;;)
		if (write(1, block, sizeof block) < 0)
			_exit(1);
}
