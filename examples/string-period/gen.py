import random
import sys

rng = random.Random(int(sys.argv[-1]))

# A random string hardly ever has a period, so most are repetitions of a short
# word, cut anywhere, with a letter or two changed.
letters = "abc"[: rng.randint(1, 3)]
word = "".join(rng.choice(letters) for _ in range(rng.randint(1, 6)))
s = list((word * 12)[: rng.randint(1, 12)])
for _ in range(rng.choice([0, 0, 1, 2])):
    s[rng.randrange(len(s))] = rng.choice("abc")
print("".join(s))
