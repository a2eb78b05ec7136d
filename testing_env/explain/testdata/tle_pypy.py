#!/usr/bin/env pypy3
# verdict: TLE
# input: 100000000
# expect: 1
# note: of its time was spent in this line
def total(n):
    s = 0
    for i in range(n):
        s += pow(i + 3, i + 1000, 1000003)  # WRONG
    return s


print(total(int(input())))
