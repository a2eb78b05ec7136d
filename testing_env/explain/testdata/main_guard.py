# input: 3
# expect: 3\n1
import sys
from math import *


def main():
    n = int(sys.stdin.buffer.readline())
    print(n)
    print(gcd(n, 9))  # WRONG


if __name__ == "__main__":
    sys.setrecursionlimit(10**6)
    main()
