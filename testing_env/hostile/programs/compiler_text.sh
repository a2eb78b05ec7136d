#: group: Compilation
#: tries: to say more than anybody can read
#: expect: compiler=CE
#: why: what a compiler says is kept up to 64 KiB
#: compile-time: 5s
yes 'main.c:1:1: error: no' | head -c 300000000
exit 1
