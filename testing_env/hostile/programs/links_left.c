//: group: Files
//: tries: to lead the cleaning astray by symbolic links, and its own folder away
//: expect: tested=OK
//: why: links are removed, never followed; the folder above is root's
#include "hostile.h"

int main(int argc, char **argv)
{
	char self[4096];
	if (!getcwd(self, sizeof self))
		return 1;
	symlink("/", "root");
	symlink("/run/stresstester", "driver");
	symlink("..", "up");
	symlink("loop", "loop");
	mkfifo("fifo", 0600);
	if (rename(self, "/w/elsewhere") == 0 || rmdir(self) == 0)
		breach("its folder could be moved away");
	if (chmod("..", 0777) == 0 || open("../other", O_CREAT | O_WRONLY, 0600) >= 0)
		breach("the folder above could be changed");
	if (unlink("/run/stresstester/driver") == 0)
		breach("the driver could be deleted");
	return honest(argc, argv);
}
