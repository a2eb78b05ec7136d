# Unfinished generators, open files, finalizers.
import os, sys, weakref
class Thing: pass
thing = Thing()
weakref.finalize(thing, print, "finalized")
def g():
    try:
        yield 1
        yield 2
    finally:
        sys.stdout.write("")
it = g()
next(it)
f = open("/dev/null", "w")
f.write("x" * 100)
print("end", f.fileno())
