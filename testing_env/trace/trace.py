"""Tells which line of a Python program printed one byte of its standard output.

Run as "python3 trace.py PROGRAM ARGUMENTS…" with STRESSTESTER_TRACE="FD:OFFSET".
Writes to standard output, by whatever way of Python's, go to the file at once, and
the one with the byte at OFFSET is logged to FD as described in trace.c, with frames
as "LINE:FUNCTION". Works with CPython and PyPy.
"""

import io
import os
import sys


def install(program, log, wanted):
    write, seek, frame_of = os.write, os.lseek, sys._getframe
    told = []

    def record(start, end):
        if start > wanted or end <= wanted or told:
            return
        told.append(True)
        words = ["w", str(start), str(end)]
        frame = frame_of(1)
        while frame is not None and len(words) < 64:
            code = frame.f_code
            if code.co_filename == program:
                words.append("%d:%s" % (frame.f_lineno, code.co_name))
            frame = frame.f_back
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


def run():
    log, _, wanted = os.environ.pop("STRESSTESTER_TRACE").partition(":")
    del sys.argv[0]
    program = sys.argv[0]
    sys.path[0] = os.path.dirname(program)
    with open(program, "rb") as source:
        code = compile(source.read(), program, "exec", dont_inherit=True)
    # The program is __main__ and finds nothing of this file in it.
    main = sys.modules["__main__"] = type(sys)("__main__")
    main.__file__, main.__builtins__ = program, __builtins__
    install(program, int(log), int(wanted))
    exec(code, main.__dict__)


if __name__ == "__main__":
    run()
