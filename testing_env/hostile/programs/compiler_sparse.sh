#: group: Compilation
#: tries: to make a program of a terabyte, full of holes
#: expect: compiler=CE
#: why: files of a compilation are limited, and so is what it makes in all
truncate -s 500M out/main out/a out/b out/c
truncate -s 1T out/d
