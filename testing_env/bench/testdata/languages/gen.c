#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    srand(atoi(argv[argc - 1]));
    int n = rand() % 8 + 1;
    printf("%d\n", n);
    for (int i = 0; i < n; i++) printf("%d ", rand() % 21 - 10);
    puts("");
}
