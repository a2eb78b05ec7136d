# input: 3
# expect: 0 1 2 7
n = int(input())
[print(i, end=" ") for i in range(n)]
[print(i, end=" ") for i in [n + 1]]  # WRONG
