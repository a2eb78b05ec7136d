// input: 3
// expect: a\nc
#define _GNU_SOURCE
#include <stdio.h>
int main(void) {
	fputs_unlocked("a\n", stdout);
	fputs_unlocked("b\n", stdout); /* WRONG */
}
