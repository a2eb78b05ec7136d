# Brings the interpreter to the point where the script would begin, stops there
# (see the shim's README), and makes each run what a fresh interpreter would make of
# it. Run with "python3 -c THIS SCRIPT"; the standard library only.


def prepare():
    import gc
    import os
    import sys
    import _frozen_importlib_external as loaders

    # Imported ahead if the script imports them: they keep no state of the process,
    # or renew() knows about it.
    safe = frozenset(
        """abc array bisect calendar cmath collections contextlib copy dataclasses
        datetime decimal enum fractions functools hashlib heapq io itertools json
        keyword math numbers operator os pprint queue random re secrets statistics
        string struct sys textwrap threading time traceback types typing unicodedata
        warnings weakref""".split()
    )

    def imported(tree):
        """Top-level names of the modules that the script imports somewhere."""
        names, nodes = set(), [tree]
        while nodes:
            node = nodes.pop()
            kind = type(node).__name__
            if kind == "Import":
                names.update(alias.name for alias in node.names)
            elif kind == "ImportFrom" and not node.level and node.module:
                names.add(node.module)
            for field in getattr(node, "_fields", ()):
                value = getattr(node, field, None)
                if isinstance(value, list):
                    nodes.extend(value)
                elif hasattr(value, "_fields"):
                    nodes.append(value)
        return sorted(names)

    def shadowed(name, folder):
        """Whether the script's folder has a module of that name."""
        head = os.path.join(folder, name.partition(".")[0])
        return any(os.path.exists(head + end) for end in ("", ".py", ".pyc", ".so"))

    def load_ahead(tree, folder):
        for name in imported(tree):
            if name.partition(".")[0] in safe and not shadowed(name, folder):
                try:
                    __import__(name)
                except Exception:
                    pass  # the script will see for itself

    def renew(args, env):
        """Makes the process's own what was another's: arguments, environment, seeds."""
        sys.argv = [os.fsdecode(arg) for arg in args]
        if hasattr(sys, "orig_argv"):
            sys.orig_argv = sys.orig_argv[: sys.orig_argv.index("-c")] + sys.argv
        wanted = dict(entry.partition(b"=")[::2] for entry in env if b"=" in entry)
        for key in list(os.environb):
            # The interpreter itself sets LC_CTYPE where there is no locale.
            if key not in wanted and key != b"LC_CTYPE":
                del os.environb[key]
        for key, value in wanted.items():
            if os.environb.get(key) != value:
                os.environb[key] = value
        if "random" in sys.modules:
            sys.modules["random"].seed()
        if "threading" in sys.modules:
            main = sys.modules["threading"].main_thread()
            if hasattr(main, "_set_native_id"):
                main._set_native_id()

    def status_of(stop):
        """The exit status that SystemExit asks for."""
        code = stop.code
        if code is None:
            return 0
        if isinstance(code, int):
            return code & 0xFF
        print(code, file=sys.stderr)
        return 1

    def report(kind, value, trace):
        """What the interpreter does about an exception nobody caught."""
        sys.last_type, sys.last_value, sys.last_traceback = kind, value, trace
        sys.last_exc = value
        try:
            sys.excepthook(kind, value.with_traceback(trace), trace)
        except SystemExit as stop:
            return status_of(stop)
        except BaseException as error:
            print("Error in sys.excepthook:", file=sys.stderr)
            error.__context__ = None
            trace_there = error.__traceback__.tb_next
            sys.__excepthook__(type(error), error.with_traceback(trace_there), trace_there)
            print("\nOriginal exception was:", file=sys.stderr)
            sys.__excepthook__(kind, value, trace)
        return 1

    def end(status):
        """The end of the interpreter, but for the taking apart of its memory."""
        if "threading" in sys.modules:
            try:
                sys.modules["threading"]._shutdown()
            except BaseException:
                sys.excepthook(*sys.exc_info())
        try:
            import atexit

            atexit._run_exitfuncs()
        except BaseException:
            pass
        try:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None and not stream.closed:
                    stream.flush()
        except Exception:
            sys.exit(status)  # the interpreter complains in its own words
        os._exit(status)

    script = sys.argv[1]
    folder = os.path.dirname(os.path.realpath(script))
    if not getattr(sys.flags, "safe_path", False) and not sys.flags.isolated:
        sys.path[0] = folder

    with open(script, "rb") as file:
        source = file.read()
    if b"__del__" in source:
        # Destructors may have something to say when the interpreter is taken apart,
        # which the runs here are not.
        sys.exit("not a script to be served")
    try:
        only_tree = 0x400  # ast.PyCF_ONLY_AST, without importing ast
        load_ahead(compile(source, script, "exec", only_tree, True), folder)
        code = compile(source, script, "exec", 0, True)
    except (SyntaxError, ValueError):
        code = None  # the run will say what is wrong

    main = sys.modules["__main__"].__dict__
    builtins = main["__builtins__"]
    main.clear()
    main.update(
        __name__="__main__",
        __doc__=None,
        __package__=None,
        __loader__=loaders.SourceFileLoader("__main__", script),
        __spec__=None,
        __builtins__=builtins,
        __file__=script,
        __cached__=None,
    )
    if sys.version_info < (3, 14):
        main["__annotations__"] = {}

    def run():
        """Stops, and in every run goes on from there."""
        gc.collect()
        if hasattr(gc, "freeze"):
            gc.freeze()  # so that collecting garbage leaves these pages alone
        words = os.readlink(b"/proc/stresstester/run").split(b"\1")
        words = [w.replace(b"\2\3", b"\1").replace(b"\2\4", b"\2") for w in words]
        count = int(words[0])
        renew(words[1 : count + 1], words[count + 1 : -1])
        status = 0
        try:
            exec(code or compile(source, script, "exec", 0, True), main)
        except SystemExit as stop:
            status = status_of(stop)
        except BaseException as error:
            # This function's own frame is nobody's business.
            status = report(type(error), error, error.__traceback__.tb_next)
        end(status)

    return run


prepare()()
