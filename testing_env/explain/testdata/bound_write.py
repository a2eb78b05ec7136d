# input: 3
# expect: 3\n4
import sys

write = sys.stdout.write
n = int(input())
write(f"{n}\n")
write(f"{n - 1}\n")  # WRONG
