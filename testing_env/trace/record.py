"""Runs a generator with given random choices, and tells which ones it made.

Run as "python3 record.py PROGRAM ARGUMENTS…" with STRESSTESTER_RECORD="FD:FD": a
request is read from the first descriptor and answered on the second, both JSON.

    request  {"tapes": [null or [choice, …], …], "seconds": S, "draws": N, "bytes": N}
    answer   one line a tape: {"output": "…", "status": N, "draws": [[choice, bound, site, value], …]}

For null the program draws as it always does. With a tape, its draws are answered
from it: a choice that is too large becomes the largest there is, and those that are
missing are 0. So whatever the tape holds, the input is one that the program can make.

A choice is a number from 0 to bound-1, of which 0 stands for the simplest outcome: the
whole number nearest to zero, the first element, no swap. The site says where in the
program it was drawn, and value is the whole number that came of it, or null.

The program is compiled once and forked for each tape, which costs a millisecond
where a new interpreter costs twenty. Works with CPython and PyPy. What the program
draws from elsewhere (numpy, the system, the clock) is not seen here.
"""

import json
import os
import random
import resource
import signal
import sys
import types

DIGIT = 1 << 62  # larger choices are cut into digits


class Tape:
    """The draws of one run."""

    def __init__(self, program, given, limit):
        self.program, self.given, self.limit = program, given, limit
        self.draws, self.sites, self.busy = [], {}, False

    def site(self):
        frame, chain = sys._getframe(2), []
        while frame is not None and len(chain) < 8:
            if frame.f_code.co_filename == self.program:
                chain.append((frame.f_code.co_firstlineno, frame.f_lasti))
            frame = frame.f_back
        return self.sites.setdefault(tuple(chain), len(self.sites))

    def digit(self, real, bound, site):
        """One draw; real is what the program itself drew, or None."""
        at = len(self.draws)
        if at >= self.limit:
            os._exit(OVERRUN)
        if self.given is None:
            choice = real
        else:
            choice = min(self.given[at], bound - 1) if at < len(self.given) else 0
        self.draws.append([choice, bound, site, None])
        return choice

    def draw(self, bound, real, value_of=None):
        """A choice below bound; real() draws it as the program would."""
        if self.busy or bound < 1:
            return real()
        self.busy = True
        try:
            original = real() if self.given is None else None
        finally:
            self.busy = False
        site = self.site()
        powers, rest = [1], (bound - 1) // DIGIT
        while rest:
            powers.append(powers[-1] * DIGIT)
            rest //= DIGIT
        choice, tight = 0, True
        for power in reversed(powers):
            top = (bound - 1) // power % DIGIT + 1 if tight else DIGIT
            got = self.digit(None if original is None else original // power % DIGIT, top, site)
            tight = tight and got == top - 1
            choice += got * power
        if value_of is not None and len(powers) == 1 and abs(value_of(choice)) < DIGIT:
            self.draws[-1][3] = value_of(choice)
        return choice


OVERRUN = 97  # exit status of a run that draws without end


def nearest(low, count, step):
    """Maps choices to the numbers low, low+step, … so that 0 is the one nearest to zero."""
    last = low + (count - 1) * step
    if step > 0 and low >= 0 or step < 0 and low <= 0:
        same = lambda k: k
        return same, same
    if step > 0 and last <= 0 or step < 0 and last >= 0:
        turned = lambda k: count - 1 - k
        return turned, turned
    zero = (-low) // step if step > 0 else low // -step
    if abs(low + (zero + 1) * step) < abs(low + zero * step):
        zero += 1
    below, above = zero, count - 1 - zero
    near = min(below, above)

    def index(choice):
        if choice <= 2 * near:
            return zero + (choice + 1) // 2 if choice % 2 else zero - choice // 2
        return choice if above > below else count - 1 - choice

    def choice(index):
        away = index - zero
        if abs(away) <= near:
            return 2 * away - 1 if away > 0 else -2 * away
        return index if above > below else count - 1 - index

    return index, choice


def install(tape):
    """Puts the tape between the program and the random module."""
    R = random.Random
    randbelow, randrange, bits, real, shuffle = R._randbelow, R.randrange, R.getrandbits, R.random, R.shuffle

    def my_random(self):
        if tape.busy:
            return real(self)
        return tape.draw(1 << 53, lambda: int(real(self) * (1 << 53))) / (1 << 53)

    def my_bits(self, k):
        if tape.busy or k <= 0:
            return bits(self, k)
        return tape.draw(1 << k, lambda: bits(self, k))

    def my_below(self, n, *rest):
        if tape.busy or n <= 0:
            return randbelow(self, n, *rest)
        return tape.draw(n, lambda: randbelow(self, n, *rest), lambda k: k)

    def my_range(self, start, stop=None, step=1, *rest):
        whole = type(start) is int and type(step) is int and (stop is None or type(stop) is int)
        if tape.busy or rest or not whole or step == 0:
            return randrange(self, start, *(() if stop is None else (stop, step)), *rest)
        low, high = (0, start) if stop is None else (start, stop)
        count = len(range(low, high, step))
        if count == 0:
            return randrange(self, low, high, step)
        index, choice = nearest(low, count, step)
        drawn = tape.draw(count, lambda: choice((randrange(self, low, high, step) - low) // step),
                          lambda k: low + index(k) * step)
        return low + index(drawn) * step

    def my_randint(self, a, b):
        return my_range(self, a, b + 1)

    def my_shuffle(self, x, *rest):
        if tape.busy or rest:
            return shuffle(self, x, *rest)
        for i in range(len(x) - 1, 0, -1):
            j = i - tape.draw(i + 1, lambda: i - randbelow(self, i + 1))
            x[i], x[j] = x[j], x[i]

    R.random, R.getrandbits, R._randbelow = my_random, my_bits, my_below
    R.randrange, R.randint, R.shuffle = my_range, my_randint, my_shuffle
    for name in dir(random._inst):
        if not name.startswith("_") and hasattr(random, name):
            setattr(random, name, getattr(random._inst, name))


def perform(code, program, given, request, out, log):
    """Runs the program in this process, which ends with it."""
    signal.setitimer(signal.ITIMER_PROF, request["seconds"])
    os.dup2(out, 1)
    rewind(0)
    tape = Tape(program, given, request["draws"])
    install(tape)
    module = types.ModuleType("__main__")
    module.__file__ = program
    sys.modules["__main__"] = module
    status = 0
    try:
        exec(code, module.__dict__)
    except SystemExit as e:
        status = e.code if isinstance(e.code, int) else 0 if e.code is None else 1
    except BaseException:
        status = 1
    tape.busy = True
    try:
        sys.stdout.flush()
    except BaseException:
        status = 1
    data = json.dumps([status, tape.draws]).encode()
    while data:
        data = data[os.write(log, data):]
    os._exit(0)


def rewind(fd):
    """The children share the place at which they read."""
    try:
        os.lseek(fd, 0, os.SEEK_SET)
    except OSError:
        pass  # a pipe, of which the first child alone can read


def scratch(name):
    fd = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    os.unlink(name)
    return fd


def contents(fd, limit):
    size = os.fstat(fd).st_size
    if size > limit:
        return None
    os.lseek(fd, 0, os.SEEK_SET)
    parts = []
    while size > 0:
        part = os.read(fd, size)
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def attempt(code, program, given, request):
    """Runs the program for one tape in a process of its own."""
    out, log = scratch("output"), scratch("draws")
    try:
        child = os.fork()
        if child == 0:
            try:
                perform(code, program, given, request, out, log)
            finally:
                os._exit(98)
        _, ended = os.waitpid(child, 0)
        output, told = contents(out, request["bytes"]), contents(log, 1 << 26)
    finally:
        os.close(out)
        os.close(log)
    if ended != 0 or not told or output is None:
        return {"output": "", "status": -1, "draws": []}
    status, draws = json.loads(told)
    return {"output": output.decode("latin-1"), "status": status, "draws": draws}


def main():
    wanted, answers = map(int, os.environ.pop("STRESSTESTER_RECORD").split(":"))
    with os.fdopen(wanted, "rb") as f:
        request = json.loads(f.read())
    sys.argv = sys.argv[1:]
    program = sys.argv[0]
    sys.path[0] = os.path.dirname(os.path.abspath(program))
    with open(program, "rb") as f:
        code = compile(f.read(), program, "exec")
    with os.fdopen(answers, "w") as f:
        for tape in request["tapes"]:
            f.write(json.dumps(attempt(code, program, tape, request)) + "\n")
            f.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
