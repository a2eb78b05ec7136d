import random
import sys

rng = random.Random(int(sys.argv[-1]))

n = rng.randint(1, 5)
k = rng.randint(1, 9)
limit = rng.choice([10, 100, 10**5] * 15 + [10**7, 10**9])
print(n, k)
print(*(rng.randint(1, limit) for _ in range(n)))
