# input: 3
# expect: 1 2 3
def show(x):
    if x == 2:
        print(5, end=" ")  # WRONG
    else:
        print(x, end=" ")


for i in range(1, int(input()) + 1):
    show(i)
