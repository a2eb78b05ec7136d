# input: 3
# expect: 0 1 2\n3
n = int(input())
print(*range(n))
print(*[n, n])  # WRONG
