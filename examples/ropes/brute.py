import sys

# The longest piece is a rope cut into equal parts without a rest.
n, k, *ropes = map(int, sys.stdin.read().split())
assert len(ropes) == n and k > 0
best = 0.0
for rope in ropes:
    for parts in range(1, k + 1):
        # Pieces of length rope / parts.
        if sum(r * parts // rope for r in ropes) >= k:
            best = max(best, rope / parts)
print("%.9f" % best)
