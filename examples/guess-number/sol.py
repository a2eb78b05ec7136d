def less_than(m):
    print("?", m, flush=True)
    return input() == "<"


n = int(input())
lo, hi = 0, n + 1  # lo <= secret < hi
while hi - lo > 1:
    mid = (lo + hi) // 2
    if less_than(mid):
        hi = mid
    else:
        lo = mid
print("!", lo, flush=True)
