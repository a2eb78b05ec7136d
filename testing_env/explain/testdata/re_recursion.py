# verdict: RE
# input: 5
# expect: 1
# note: RecursionError: maximum recursion depth exceeded
def down(n):
    return down(n + 1)  # WRONG


print(down(int(input())))
