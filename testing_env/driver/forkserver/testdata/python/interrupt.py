# An exception with a hook, and one in the hook.
import sys
def hook(*args):
    print("hook", args[0].__name__, file=sys.stderr)
    if n == 3:
        raise KeyError("in the hook")
sys.excepthook = hook
n = int(input())
raise RuntimeError("x")
