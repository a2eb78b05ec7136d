#: group: Compilation
#: tries: to take all the memory
#: expect: compiler=CE
#: why: each of its processes has a limit, and so have all together
#: compile-time: 20s
exec python3 -c '
import mmap
grown = []
while True:
    grown.append(mmap.mmap(-1, 1 << 28, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE))'
