#include <stdio.h>

#define MAXN 200001

static int n, edges;
static int head[MAXN], next[2 * MAXN], to[2 * MAXN];
static long long weight[2 * MAXN], dist[MAXN];
static int parent[MAXN], queue[MAXN];

static void add_edge(int u, int v, int w) {
    edges++;
    to[edges] = v;
    weight[edges] = w;
    next[edges] = head[u];
    head[u] = edges;
}

/* The vertex with the most joy on the way from start. */
static int farthest(int start) {
    int size = 0, best = start;
    queue[size++] = start;
    parent[start] = 0;
    dist[start] = 0;
    for (int i = 0; i < size; i++) {
        int u = queue[i];
        if (dist[u] > dist[best]) best = u;
        for (int e = head[u]; e; e = next[e]) {
            int v = to[e];
            if (v == parent[u]) continue;
            parent[v] = u;
            dist[v] = dist[u] + weight[e];
            queue[size++] = v;
        }
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
    int end = farthest(farthest(1));
    printf("%lld\n", dist[end]);
    return 0;
}
