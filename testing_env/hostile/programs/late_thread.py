#: group: Processes
#: tries: not to end: a thread that waits for ever after the script's last line
#: expect: tested=TLE
#: time: 200ms
#: why: the interpreter waits for its threads, and who waits for what never comes is idle
import threading

import hostile

threading.Thread(target=threading.Event().wait).start()
hostile.honest()
