//: group: Other programs
//: tries: to change its own program for the next run
//: expect: tested=OK brute=OK
//: why: programs belong to root and can be read by their role's group only
#include "hostile.h"

int main(int argc, char **argv)
{
	char self[4096] = "";
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return 1;
	if (open(self, O_WRONLY) >= 0 || open("/proc/self/exe", O_WRONLY) >= 0)
		breach("%s can be written", self);
	if (unlink(self) == 0 || rename(self, "gone") == 0 || chmod(self, 0777) == 0)
		breach("%s can be replaced", self);
	*strrchr(self, '/') = 0;
	if (chmod(self, 0777) == 0 || access(self, W_OK) == 0)
		breach("%s can be written", self);
	return honest(argc, argv);
}
