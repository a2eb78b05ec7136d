import sys


def components(n, roads):
    leader = list(range(n + 1))
    count = n
    for u, v in roads:
        while leader[u] != u:
            u = leader[u]
        while leader[v] != v:
            v = leader[v]
        if u != v:
            leader[u] = v
            count -= 1
    return count


data = list(map(int, sys.stdin.read().split()))
n, m = data[:2]
roads = list(zip(data[2::2], data[3::2]))
assert len(roads) == m and all(1 <= u <= n and 1 <= v <= n and u != v for u, v in roads)
whole = components(n, roads)
critical = [i + 1 for i in range(m) if components(n, roads[:i] + roads[i + 1:]) > whole]
print(len(critical))
print(*critical)
