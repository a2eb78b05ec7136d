#: group: Compilation
#: tries: to take all the memory
#: expect: compiler=CE
#: why: each of its processes has a limit, and so have all together
#: compile-time: 20s
exec python3 -c '
import mmap
grown = []
while True:
    block = mmap.mmap(-1, 1 << 28)
    block.madvise(14)  # huge pages, to be quick about it
    for at in range(0, len(block), 4096):
        block[at] = 1
    grown.append(block)'
