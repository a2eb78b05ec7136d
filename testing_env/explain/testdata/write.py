# input: 3
# expect: 3\n4
import sys

n = int(sys.stdin.readline())
sys.stdout.write(str(n) + "\n")
sys.stdout.write(str(n * 2) + "\n")  # WRONG
