import random
import sys

rng = random.Random(int(sys.argv[-1]))

n = rng.randint(3, rng.choice([50, 100, 1000, 10**9]))
print(n, rng.randint(1, n))
