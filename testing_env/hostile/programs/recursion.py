#: group: Memory
#: tries: endless recursion with the limit of recursion taken away
#: expect: tested=RE|MLE brute=BRUTE_FAILED
#: time: 3s
#: why: the stack ends before the memory does, or after, as the interpreter needs more or less of it
import sys

sys.setrecursionlimit(1 << 30)


class Deep:
    def __repr__(self):
        return repr(self)


repr(Deep())
