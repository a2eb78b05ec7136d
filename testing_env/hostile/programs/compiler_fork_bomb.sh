#: group: Compilation
#: tries: to be a fork bomb
#: expect: compiler=CE
#: why: processes and time are limited, those of orphans included
#: compile-time: 1s
b() { b | b & }
b
while :; do :; done
