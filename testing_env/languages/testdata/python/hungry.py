print(len(bytearray(1 << 45)))
