# Much memory, of all sizes; and garbage.
import gc
n = int(input())
big = [i * n for i in range(200000)]
d = {i: str(i) for i in range(50000)}
s = set(d.values())
b = bytearray(5 << 20)
b[-1] = n
cycles = []
for i in range(10000):
    a = []
    a.append(a)
print(sum(big), len(s), sum(b), gc.isenabled(), gc.get_threshold())
