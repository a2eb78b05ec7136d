#: group: Other programs
#: tries: to kill everybody, from an interpreter
#: expect: tested=OK brute=OK
#: why: as for the one in C
import os
import signal

from hostile import breach, honest

honest()
for pid in range(1, 300):
    if pid not in (os.getpid(), os.getppid()):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue
        breach(f"process {pid} was killed")
