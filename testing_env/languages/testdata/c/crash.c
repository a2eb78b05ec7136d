#include <assert.h>
#include <stdio.h>

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    assert(n < 5);  // <-- crash
    printf("%d\n", n);
}
