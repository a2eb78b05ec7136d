# verdict: TLE
# input: 40
# expect: 1
# note: of its time was spent in this line
n = int(input())
value = 3 ** (n * 100000)
while True:
    value = value * value % (10 ** (n * 10000) + 7)  # WRONG
    if value == n:
        break
print(value)
