#!/usr/bin/env pypy3
# verdict: RE
# input: 0
# expect: 1
# note: ZeroDivisionError
def rate(n):
    return 10 // n  # WRONG


print(rate(int(input())))
