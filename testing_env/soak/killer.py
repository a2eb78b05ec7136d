# Kills a random process of the sandbox now and then: a program, a server of programs,
# or what starts them; never the driver. Every line of standard input is how many
# milliseconds to wait; the answer to the last one, which is 0, is how many were killed.
import os
import random
import select
import signal
import sys


def victims():
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) in (1, os.getpid()):
            continue
        try:
            with open(f"/proc/{name}/status") as status:
                fields = dict(line.split(":", 1) for line in status)
            spawner = fields["Name"].strip() == "spawn"
        except OSError:
            continue
        if spawner or int(fields["Uid"].split()[0]) >= 20000:
            yield int(name)


killed, wait = 0, None
while True:
    if select.select([sys.stdin], [], [], wait)[0]:
        wait = int(sys.stdin.readline() or 0) / 1000
        if wait == 0:
            break
        continue
    everybody = list(victims())
    if everybody:
        try:
            os.kill(random.choice(everybody), signal.SIGKILL)
            killed += 1
        except OSError:
            pass
print(killed)
