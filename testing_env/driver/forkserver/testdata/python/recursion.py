# Deep recursion in a thread with a large stack, as solutions do it.
import sys, threading
sys.setrecursionlimit(1 << 20)
threading.stack_size(256 << 20)

def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)

def main():
    print(depth(5000 * int(input())))

t = threading.Thread(target=main)
t.start()
t.join()
