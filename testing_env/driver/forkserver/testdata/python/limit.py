# Endless recursion.
import sys
sys.setrecursionlimit(3000)
def f(n):
    return f(n + 1)
try:
    f(0)
except RecursionError as e:
    print("too deep", e)
