# Closes its output.
import sys, os
print("first")
sys.stdout.flush()
if int(input()) == 3:
    os.close(1)
    print("not written")
else:
    sys.stdout.close()
