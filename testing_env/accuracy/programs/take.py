# Takes as many MiB as its input says, and then ends as it says.
import os
import sys

size, end = input().split()
taken = [b"x" * (1 << 20) for _ in range(int(size))]
if end == "crash":
    os.kill(os.getpid(), 11)
if end == "throw":
    raise ValueError(end)
if end == "abort":
    os.abort()
if end == "exit":
    sys.exit(3)
print("done")
