"""The generator: prints one random input.

The seed is the last argument; the same seed must give the same input. Small
inputs find bugs best.
"""

import random
import sys

rng = random.Random(int(sys.argv[-1]))

# Replace this by the problem's own input.
n = rng.randint(1, 8)
print(n)
print(*[rng.randint(-10, 10) for _ in range(n)])
