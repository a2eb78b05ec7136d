# Other processes.
import os, subprocess, sys
print(subprocess.run(["sh", "-c", "echo child; exit 4"], capture_output=True))
pid = os.fork()
if pid == 0:
    os._exit(5)
print(os.waitpid(pid, 0)[1] >> 8, os.getpid() == os.getpgrp(), "LD_PRELOAD" in os.environ)
print(subprocess.run([sys.executable, "-c", "print('again')"], capture_output=True).stdout)
