# Twice its input, but for what fate says.
import os
import sys

CRASH, STATUS, ENDLESS, FLOOD, WRONG, GREEDY, ABORT, KILLED, LITTER, GARBAGE = range(10)
FATES, MASK = 4000, (1 << 64) - 1


def fate(seed):
    z = (seed + 0x9E3779B97F4A7C15) & MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return (z ^ (z >> 31)) % FATES


seed = int(input())
mine = fate(seed)
if mine == CRASH:
    os.kill(os.getpid(), 11)
elif mine == STATUS:
    sys.exit(3)
elif mine == ABORT:
    os.abort()
elif mine == KILLED:
    os.kill(os.getpid(), 9)
elif mine == LITTER:
    for i in range(100):
        with open(f"litter-{i}", "w") as litter:
            litter.write("x")
elif mine == WRONG:
    seed += 1
elif mine == GARBAGE:
    print("garbage", end=" ")
greed = []
while mine == ENDLESS:
    pass
while mine == FLOOD:
    print("flood")
while mine == GREEDY:
    greed.append(b"x" * (1 << 20))
print(2 * seed)
