# input: 3
# expect: 1\n2\n4
# note: put together before
n = int(input())
out = []
for i in range(n):
    out.append(str(i + 1))
print("\n".join(out))  # WRONG
