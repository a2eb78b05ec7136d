# Seeds that are the same in every run, as generators have them.
import random, sys
random.seed(sys.argv[1])
print([random.randint(1, 100) for _ in range(10)], hash("x") == hash("x"), {"b", "a", "c"})
