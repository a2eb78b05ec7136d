#!/usr/bin/env pypy3
# input: 3
# expect: 3\n6
n = int(input())
print(n)
print(n + 2)  # WRONG
