# input: 2
# expect: a\nb\nc
import sys

sys.stdout.writelines(["a\n", "b\n"])
sys.stdout.writelines(["d\n"])  # WRONG
