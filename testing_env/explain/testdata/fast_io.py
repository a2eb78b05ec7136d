# input: 3
# expect: 1\n2\n4
# note: put together before
import io
import os
import sys


class Writer(io.IOBase):
    def __init__(self):
        self.parts = []

    def write(self, text):
        self.parts.append(text)

    def flush(self):
        os.write(1, "".join(self.parts).encode())  # WRONG


sys.stdout = Writer()
n = int(input())
for i in range(1, n + 1):
    print(i)
sys.stdout.flush()
