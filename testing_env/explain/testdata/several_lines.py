# input: 3
# expect: 3 6
n = int(input())
print(  # WRONG
    n,
    n + 2,
)
