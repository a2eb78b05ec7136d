# What it was given.
import os, sys
print(sys.argv, sys.orig_argv[1:], sorted(os.environ.items()), __name__, __file__, sys.path[0] == os.path.dirname(__file__))
print(sorted(k for k in globals() if k not in ("os", "sys")), __spec__, __doc__, type(__loader__).__name__, __builtins__.__name__)
os.environ["NEW"] = "1"
sys.argv.append("x")
print(os.popen("echo $NEW $A").read())
