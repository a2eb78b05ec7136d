# input: 3
# expect: 1 2 3
# checker: echo "the sum is wrong" >&2; exit 1
# note: this line printed all that the checker judged
n = int(input())
numbers = [1] * n
print(*numbers)  # WRONG
