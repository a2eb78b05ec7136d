n = int(input())
best = sum_ = -10**18
for x in map(int, input().split()):
    sum_ = max(x, sum_ + x)
    best = max(best, sum_)
print(best)
