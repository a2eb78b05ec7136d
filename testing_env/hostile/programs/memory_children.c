//: group: Memory
//: tries: to spread memory over many processes, each below the limit
//: expect: tested=MLE brute=BRUTE_FAILED
//: why: together they may have four times the limit
//: time: 2s
#include "hostile.h"

int main(void)
{
	for (int i = 0; i < 50; i++) {
		if (fork() == 0) {
			take(48u << 20);
			for (;;)
				pause();
		}
	}
	for (;;)
		pause();
}
