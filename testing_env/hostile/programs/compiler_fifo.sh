#: group: Compilation
#: tries: to make the copying wait at a pipe
#: expect: compiler=CE
#: why: only files and folders are copied, and they are opened without waiting
mkfifo out/main
