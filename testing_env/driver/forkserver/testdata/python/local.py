# A module beside the script that has a well-known name.
import sys
sys.dont_write_bytecode = True
import statistics
print(statistics.mine)
