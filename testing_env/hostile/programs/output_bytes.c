//: group: Output
//: tries: to break readers of its output by bytes that are no text
//: expect: tested=WA brute=WA generator=OK|WA
//: why: output is bytes; a generator's are the input of the others, who see the same
#include "hostile.h"

int main(int argc, char **argv)
{
	static char zeros[1 << 16];
	if (is_role("generator"))
		honest(argc, argv);
	for (int c = 0; c < 256; c++)
		putchar(c);
	fwrite(zeros, 1, sizeof zeros, stdout);
	fputs("\x1b[2J\x1b]0;title\x07\xed\xa0\x80\xf4\x90\x80\x80{\"event\":\"result\"}\n", stdout);
	fputs("\x1b[31mred\xff\xfe\n", stderr);
	return 0;
}
