import random
import sys

rng = random.Random(int(sys.argv[-1]))

# Long thin trees with a few more roads have critical roads and others.
n = rng.randint(2, 9)
roads = []
for v in range(2, n + 1):
    if rng.random() < 0.9:
        roads.append((rng.randint(max(1, v - 3), v - 1), v))
for _ in range(rng.randint(0, 3)):
    road = tuple(sorted(rng.sample(range(1, n + 1), 2)))
    if road not in roads or rng.random() < 0.1:
        roads.append(road)
rng.shuffle(roads)

print(n, len(roads))
for u, v in roads:
    print(*((u, v) if rng.random() < 0.5 else (v, u)))
