import random
import sys

rng = random.Random(int(sys.argv[-1]))

n = rng.randint(1, 9)
limit = rng.choice([3, 10, 1000])
sad = rng.choice([0.05, 0.1, 0.3])
names = list(range(1, n + 1))
rng.shuffle(names)

print(n)
for i in range(1, n):
    parent = rng.randrange(max(0, i - 3), i)
    joy = rng.randint(1, limit)
    if rng.random() < sad:
        joy = -joy
    print(names[parent], names[i], joy)
