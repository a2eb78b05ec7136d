#!/usr/bin/env pypy3
# input: 3
# expect: 3 2 1 0
def down(n):
    print(n, end=" ")
    if n > 1:
        down(n - 1)
    elif n == 1:
        print("x", end=" ")  # WRONG


down(int(input()))
