//: group: Processes
//: tries: to sleep for ever
//: expect: tested=TLE talker=TLE|WA
//: why: a program that neither runs nor wants to is idle, and may be for its time limit and a second
//: time: 100ms
#include "hostile.h"

int main(void)
{
	for (;;)
		sleep(1000);
}
