# Uses as many microseconds of processor time as its input says, from its start on.
import time

wanted = int(input()) * 1000
while time.process_time_ns() < wanted:
    pass
print("done")
