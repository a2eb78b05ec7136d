#: group: Other programs
#: tries: to read the environment, arguments and files of other processes in /proc
#: expect: tested=OK
#: why: names and arguments can be read, which are no secret; nothing else can
import os

from hostile import breach, honest

for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        if os.stat("/proc/" + pid).st_uid == os.getuid():
            continue
    except OSError:
        continue
    # gVisor shows the first three to everybody.
    for name in ("environ", "maps", "fd", "mem", "cwd", "exe", "root")[3 if "HOSTILE_GVISOR" in os.environ else 0:]:
        path = f"/proc/{pid}/{name}"
        try:
            os.listdir(path) if name in ("fd", "cwd", "root") else open(path, "rb").read(1) or os.readlink(path)
        except OSError:
            continue
        breach(f"{path} can be read")
honest()
