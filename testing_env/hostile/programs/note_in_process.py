#: group: Processes
#: tries: to leave the next run a note in the interpreter: modules, builtins, settings, handlers, environment, streams
#: expect: tested=OK brute=OK generator=OK checker=OK
#: why: a run from a snapshot begins with the interpreter as a fresh process has it
import builtins
import collections
import decimal
import gc
import json
import os
import random
import signal
import sys
import threading

import hostile

KEPT = {
    "a builtin": hasattr(builtins, "note"),
    "a builtin that was replaced": builtins.len is not len or len("ab") != 2,
    "a module": "note" in sys.modules,
    "a module's attribute": hasattr(json, "note") or hasattr(collections, "note"),
    "the folders of modules": "/note" in sys.path,
    "the limit of recursion": sys.getrecursionlimit() == 1234,
    "the collector": not gc.isenabled(),
    "the precision": decimal.getcontext().prec == 5,
    "the environment": "NOTE" in os.environ or os.getenv("NOTE") is not None,
    "a handler": signal.getsignal(signal.SIGUSR1) is not signal.SIG_DFL,
    "a trace function": sys.gettrace() is not None,
    "a hook": sys.excepthook is not sys.__excepthook__,
    "the streams": sys.stdout is not sys.__stdout__,
    "the folder": os.getcwd() == "/proc",
    "the switch interval": sys.getswitchinterval() > 0.5,
    "a thread": threading.active_count() != 1,
    "the random numbers": random.random() == 0.13436424411240122,
    "the arguments": sys.argv[-1] == "note",
}
for what, kept in KEPT.items():
    if kept:
        hostile.breach(what + " was kept")
os.umask(0o777) == 0o777 and hostile.breach("the mask was kept")

hostile.honest()

builtins.note = json.note = collections.note = True
sys.modules["note"] = json
sys.path.append("/note")
sys.setrecursionlimit(1234)
gc.disable()
decimal.getcontext().prec = 5
os.environ["NOTE"] = "kept"
signal.signal(signal.SIGUSR1, lambda *_: None)
sys.excepthook = print
sys.setswitchinterval(1)
random.seed(1)
sys.argv.append("note")
os.chdir("/proc")
sys.stdout = sys.stderr
sys.settrace(lambda *_: None)
builtins.len = lambda _: 1
