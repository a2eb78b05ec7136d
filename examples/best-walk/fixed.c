#include <stdio.h>

#define MAXN 200001

static int n, edges;
static int head[MAXN], next[2 * MAXN], to[2 * MAXN];
static long long weight[2 * MAXN], down[MAXN], up_weight[MAXN];
static int parent[MAXN], queue[MAXN];

static void add_edge(int u, int v, int w) {
    edges++;
    to[edges] = v;
    weight[edges] = w;
    next[edges] = head[u];
    head[u] = edges;
}

/* Every walk has a highest place: join the two best ways down from there. */
static long long best_walk(void) {
    int size = 0;
    queue[size++] = 1;
    for (int i = 0; i < size; i++) {
        int u = queue[i];
        for (int e = head[u]; e; e = next[e]) {
            int v = to[e];
            if (v == parent[u]) continue;
            parent[v] = u;
            up_weight[v] = weight[e];
            queue[size++] = v;
        }
    }
    long long best = 0;
    for (int i = size - 1; i > 0; i--) {
        int v = queue[i], u = parent[v];
        long long way = down[v] + up_weight[v];
        if (down[u] + way > best) best = down[u] + way;
        if (way > down[u]) down[u] = way;
    }
    return best;
}

int main(void) {
    if (scanf("%d", &n) != 1) return 1;
    for (int i = 1; i < n; i++) {
        int u, v, w;
        if (scanf("%d %d %d", &u, &v, &w) != 3) return 1;
        add_edge(u, v, w);
        add_edge(v, u, w);
    }
    printf("%lld\n", best_walk());
    return 0;
}
