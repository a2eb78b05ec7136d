//: group: Files
//: tries: to leave files with names that break scripts: new lines, dashes, stars, bytes that are no text
//: expect: tested=OK
//: why: no script ever sees them
#include "hostile.h"

int main(int argc, char **argv)
{
	char longest[256];
	memset(longest, '\n', 255);
	longest[255] = 0;
	const char *names[] = {"a\nb", "-rf", "--", "*", " ", "\xff\xfe\x01", "$(reboot)", "`reboot`", "...", "1", "2", longest};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		mkdir(names[i], 0700);
		int folder = open(names[i], O_DIRECTORY);
		for (unsigned k = 0; k < sizeof names / sizeof *names; k++)
			mkdirat(folder, names[k], 0700);
		close(folder);
	}
	return honest(argc, argv);
}
