#include <bits/stdc++.h>
using namespace std;
int main() {
	int h, w;
	cin >> h >> w;
	vector<string> g(h);
	for (auto &row : g) cin >> row;
	h = w = min(h, w);
	int count = 0;
	function<void(int, int)> sink = [&](int i, int j) {
		if (i < 0 || j < 0 || i >= h || j >= w || g[i][j] != '#') return;
		g[i][j] = '.';
		sink(i + 1, j), sink(i - 1, j), sink(i, j + 1), sink(i, j - 1);
	};
	for (int i = 0; i < h; i++)
		for (int j = 0; j < w; j++)
			if (g[i][j] == '#') count++, sink(i, j);
	cout << count << "\n";
}
