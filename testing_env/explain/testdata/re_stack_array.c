// verdict: RE
// input: 40
// expect: 1
// note: index 10 out of bounds for type 'int [10]'
#include <stdio.h>

static int fill(int n) {
    int a[10];
    int sum = 0;
    for (int i = 0; i < n; i++)
        a[i] = i; // WRONG
    for (int i = 0; i < 10; i++)
        sum += a[i];
    return sum;
}

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    printf("%d\n", fill(n));
    return 0;
}
