#include <stdio.h>

int main(void) {
    int n = 3;
    printf("%d\n", m);  // <-- error
    return n;
}
