#: group: Output
#: tries: to print without end from an interpreter
#: expect: tested=OLE brute=BRUTE_FAILED generator=GENERATOR_FAILED
#: time: 2s
#: why: the limit of output is the kernel's for files (SIGXFSZ); the interpreter ignores that signal and fails to write
while True:
    print("flood " * 1000)
