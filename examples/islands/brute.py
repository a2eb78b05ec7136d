import sys

data = iter(map(int, sys.stdin.read().split()))
for _ in range(next(data)):
    n, m = next(data), next(data)
    country = list(range(n + 1))
    for _ in range(m):
        u, v = country[next(data)], country[next(data)]
        country = [v if c == u else c for c in country]
    print(len(set(country[1:])))
