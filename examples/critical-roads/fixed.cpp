#include <bits/stdc++.h>
using namespace std;

int n, m, timer_ = 0;
vector<pair<int, int>> roads_of[200001];
int entered[200001], low[200001];
vector<int> critical;

void dfs(int u, int came_by) {
    entered[u] = low[u] = ++timer_;
    for (auto [v, road] : roads_of[u]) {
        if (road == came_by) continue;
        if (entered[v]) {
            low[u] = min(low[u], entered[v]);
            continue;
        }
        dfs(v, road);
        low[u] = min(low[u], low[v]);
        if (low[v] > entered[u]) critical.push_back(road);
    }
}

int main() {
    scanf("%d %d", &n, &m);
    for (int i = 1; i <= m; i++) {
        int u, v;
        scanf("%d %d", &u, &v);
        roads_of[u].push_back({v, i});
        roads_of[v].push_back({u, i});
    }
    for (int u = 1; u <= n; u++)
        if (!entered[u]) dfs(u, 0);
    sort(critical.begin(), critical.end());
    printf("%d\n", (int)critical.size());
    for (int road : critical) printf("%d ", road);
    printf("\n");
}
