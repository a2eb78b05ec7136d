# Standard streams as files.
import os, sys
print(sys.stdin.fileno(), sys.stdin.isatty(), sys.stdin.encoding, sys.stdout.line_buffering, sys.stdin.seekable())
first = os.read(0, 2)
rest = open(0, "rb", closefd=False).read()
print(first, rest, open("/dev/stdin").readline())
sys.stdout.buffer.write(b"bytes\n")
sys.stderr.write("to stderr")
print(os.open("/dev/null", os.O_RDONLY))
