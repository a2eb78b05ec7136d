#: group: Processes
#: tries: the fork bomb from an interpreter
#: expect: tested=TLE|RE|MLE
#: why: as for the one in C; its copies may first break four times the memory limit together, or Python may die of the fork that is refused
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
