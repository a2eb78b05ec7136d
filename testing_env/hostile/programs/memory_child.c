//: group: Memory
//: tries: to let a child take the memory
//: expect: tested=MLE
//: why: each of its processes has the limit
#include "hostile.h"

int main(int argc, char **argv)
{
	if (fork() == 0) {
		setsid();
		for (;;)
			take(1 << 20);
	}
	wait(NULL);
	return honest(argc, argv);
}
