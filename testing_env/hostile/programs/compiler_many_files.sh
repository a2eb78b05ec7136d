#: group: Compilation
#: tries: to make more files than anybody can want
#: expect: compiler=CE
#: why: a program has four thousand files at most
#: compile-time: 20s
cd out && seq 1 6000 | xargs touch
