# input: 3
# expect: 0 1 2 -1
def numbers(n):
    yield from range(n)
    print("x", end=" ")  # WRONG


for x in numbers(int(input())):
    print(x, end=" ")
