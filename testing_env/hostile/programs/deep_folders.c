//: group: Files
//: tries: to leave folders in folders, deeper than any path reaches and than there are descriptors
//: expect: tested=OK
//: why: cleaning up uses neither paths nor recursion
//: time: 5s
#include "hostile.h"

int main(int argc, char **argv)
{
	int status = honest(argc, argv);
	for (int i = 0; i < 9000; i++)
		if (mkdir("d", 0700) != 0 || chdir("d") != 0)
			break;
	return status;
}
