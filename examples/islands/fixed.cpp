#include <bits/stdc++.h>
using namespace std;

const int N = 200005;
vector<int> bridges[N];
bool seen[N];

void visit(int u) {
    seen[u] = true;
    for (int v : bridges[u])
        if (!seen[v]) visit(v);
}

int solve() {
    int n, m;
    cin >> n >> m;
    for (int i = 1; i <= n; i++) bridges[i].clear();
    fill(seen, seen + n + 1, false);
    while (m--) {
        int u, v;
        cin >> u >> v;
        bridges[u].push_back(v);
        bridges[v].push_back(u);
    }
    int countries = 0;
    for (int u = 1; u <= n; u++) {
        if (seen[u]) continue;
        visit(u);
        countries++;
    }
    return countries;
}

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int t;
    cin >> t;
    while (t--) cout << solve() << '\n';
}
