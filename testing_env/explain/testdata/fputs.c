// input: 3
// expect: a\nb
#include <stdio.h>

static void word(const char *w) {
	fputs(w, stdout); /* WRONG */
	fputc('\n', stdout);
}
int main(void) {
	puts("a");
	word("c");
}
