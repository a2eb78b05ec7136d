import random
import sys

rng = random.Random(int(sys.argv[-1]))

t = rng.randint(1, 4)
print(t)
for _ in range(t):
    n = rng.randint(2, 7)
    bridges = [rng.sample(range(1, n + 1), 2) for _ in range(rng.randint(0, n))]
    print(n, len(bridges))
    for u, v in bridges:
        print(u, v)
