#: group: Memory
#: tries: to take memory from an interpreter
#: expect: tested=MLE brute=BRUTE_FAILED
#: why: the resident set, or a MemoryError, tells
grown = []
while True:
    grown.append(bytearray(1 << 20))
