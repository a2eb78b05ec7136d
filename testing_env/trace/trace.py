"""Tells which line of a Python program printed one byte of its standard output.

Run as "python3 trace.py PROGRAM ARGUMENTS…" with STRESSTESTER_TRACE="FD:OFFSET".
Writes to standard output, by whatever way of Python's, go to the file at once, and
the one with the byte at OFFSET is logged to FD as described in trace.c, with frames
as "LINE:FUNCTION". With STRESSTESTER_TRACE="FD:OFFSET:PERIOD" no write is logged;
instead all stacks are dumped every PERIOD microseconds by faulthandler, whose thread
needs no interpreter, or samples are logged as by trace.c. Works with CPython and PyPy.
"""

import faulthandler
import io
import os
import signal
import sys


def stack_of(frame, program):
    """The calls of the program's own, the innermost first."""
    calls = []
    while frame is not None and len(calls) < 64:
        code = frame.f_code
        if code.co_filename == program:
            calls.append("%d:%s" % (frame.f_lineno, code.co_name))
        frame = frame.f_back
    return calls


def install(program, log, wanted):
    write, seek, frame_of = os.write, os.lseek, sys._getframe
    told = []

    def record(start, end):
        if start > wanted or end <= wanted or told:
            return
        told.append(True)
        words = ["w", str(start), str(end)] + stack_of(frame_of(1), program)
        write(log, (" ".join(words) + "\n").encode("utf-8", "replace"))

    def traced_write(fd, data):
        if fd != 1:
            return write(fd, data)
        start = seek(1, 0, os.SEEK_CUR)
        n = write(1, data)
        record(start, start + n)
        return n

    class Output(io.RawIOBase):
        """Standard output without a buffer."""

        mode = "wb"
        name = "<stdout>"

        def writable(self):
            return True

        def fileno(self):
            return 1

        def write(self, data):
            data = memoryview(data).tobytes()
            at = 0
            while at < len(data):
                at += traced_write(1, data[at:])
            return len(data)

    os.write = traced_write
    old = sys.stdout
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(
        Output(), encoding=old.encoding, errors=old.errors, newline=None, write_through=True)


def sample(program, log, seconds):
    try:
        import pypyjit
    except ImportError:
        faulthandler.dump_traceback_later(seconds, repeat=True, file=log)
        return
    # PyPy's faulthandler only knows functions, and its compiled loops do not say which
    # of their lines they are in.
    pypyjit.set_param("off")

    def tick(number, frame):
        os.write(log, ("t 0 " + " ".join(stack_of(frame, program)) + "\n").encode("utf-8", "replace"))

    signal.signal(signal.SIGPROF, tick)
    signal.setitimer(signal.ITIMER_PROF, seconds, seconds)


def run():
    log, wanted, *period = map(int, os.environ.pop("STRESSTESTER_TRACE").split(":"))
    del sys.argv[0]
    program = sys.argv[0]
    sys.path[0] = os.path.dirname(program)
    with open(program, "rb") as source:
        code = compile(source.read(), program, "exec", dont_inherit=True)
    # The program is __main__ and finds nothing of this file in it.
    main = sys.modules["__main__"] = type(sys)("__main__")
    main.__file__, main.__builtins__ = program, __builtins__
    if period:
        sample(program, log, period[0] / 1e6)
    else:
        install(program, log, wanted)
    exec(code, main.__dict__)


if __name__ == "__main__":
    run()
