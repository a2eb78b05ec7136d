//: group: Memory
//: tries: to take memory with new, and to go on when there is none
//: expect: tested=MLE
//: why: the resident set is above the limit long before an allocation fails
#include "hostile.h"
#include <new>
#include <vector>

int main()
{
	std::vector<char *> all;
	for (;;) {
		char *p = new (std::nothrow) char[1 << 20];
		if (p)
			memset(p, 1, 1 << 20);
		all.push_back(p);
	}
}
