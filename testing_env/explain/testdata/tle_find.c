// verdict: TLE
// input: 1000000000
// expect: 1
// note: of its time was spent in this line
#include <stdio.h>

static int parent[1000];

static int find(int x) {
    while (parent[x] != x) x = parent[x] ^ 1; // WRONG
    return x;
}

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    for (int i = 0; i < 1000; i++)
        parent[i] = i ^ 2;
    printf("%d\n", find(n % 1000));
    return 0;
}
