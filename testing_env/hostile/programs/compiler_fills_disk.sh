#: group: Compilation
#: tries: to fill the disk
#: expect: compiler=CE|RE
#: why: a compiler has a disk of its own, emptied afterwards
#: compile-time: 20s
i=0
while head -c 400000000 /dev/zero >file$i; do i=$((i + 1)); done
exit 0
