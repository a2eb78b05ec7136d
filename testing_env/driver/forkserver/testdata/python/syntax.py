# Not a program.
print("never"
for
