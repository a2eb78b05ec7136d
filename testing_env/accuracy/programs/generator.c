/* Some ten thousand microseconds. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) { return printf("%ld\n", 10000 + atol(argv[argc - 1]) % 100) < 0; }
