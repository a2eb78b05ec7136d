# input: 3
# expect: 3\n4
import sys

n = int(input())
print(n)
sys.stdout.flush()
sys.stdout.buffer.write(b"%d\n" % n)  # WRONG
