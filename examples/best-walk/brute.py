import sys

data = list(map(int, sys.stdin.read().split()))
n = data[0]
paths = {u: [] for u in range(1, n + 1)}
for i in range(n - 1):
    u, v, w = data[1 + 3 * i : 4 + 3 * i]
    paths[u].append((v, w))
    paths[v].append((u, w))

best = 0
for start in paths:
    stack = [(start, 0, 0)]
    while stack:
        u, parent, joy = stack.pop()
        best = max(best, joy)
        stack += [(v, u, joy + w) for v, w in paths[u] if v != parent]
print(best)
