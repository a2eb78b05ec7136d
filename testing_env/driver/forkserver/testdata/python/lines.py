# Input by lines, output without a final newline.
n = int(input())
a = list(map(int, input().split()))
print(sum(a), n, end="")
try:
    input()
except EOFError:
    print(" end", end="")
