# A generator of a random array.
import random
import sys

random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
n = random.randint(1, 10)
print(n)
print(*[random.randint(-100, 100) for _ in range(n)])
