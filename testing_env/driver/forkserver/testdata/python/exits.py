# Ways to end.
import sys, atexit
atexit.register(lambda: print("at exit"))
n = int(input())
sys.stdout.write("no newline")
if n == 3:
    sys.exit("a message")
raise SystemExit(7)
