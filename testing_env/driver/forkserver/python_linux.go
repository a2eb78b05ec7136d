package forkserver

import (
	_ "embed" // for python.py
	"errors"
	"path"
	"strings"
)

//go:embed python.py
var pythonStart string

// Python turns the config of a plain Python script, whose Argv is that of a plain
// run (interpreter, options, script, arguments), into one that starts the
// interpreter and compiles the script once. Requests keep the Args of plain runs.
// The error is a sentence that tells why that is not possible.
//
// Each run has arguments, environment, descriptors and random seeds of its own.
// What stays the same is the seed of hashes, unless PYTHONHASHSEED has fixed it
// anyway, and the time at which well-known modules of the standard library were
// imported. Programs without destructors end without taking the interpreter apart.
func Python(cfg Config) (Config, error) {
	script, err := pythonScript(cfg.Argv)
	if err != nil {
		return cfg, err
	}
	argv := append([]string{}, cfg.Argv[:script]...)
	argv = append(argv, "-c", pythonStart)
	cfg.skip = script
	cfg.runArgv = cfg.Argv
	argv = append(argv, cfg.Argv[script])
	cfg.Argv = argv
	cfg.Stop = AtLink
	return cfg, nil
}

// pythonScript finds the script in a Python command: its index in argv.
func pythonScript(argv []string) (int, error) {
	if len(argv) == 0 || !isPython(path.Base(argv[0])) {
		return 0, errors.New("it is not a Python interpreter")
	}
	for i := 1; i < len(argv); i++ {
		arg := argv[i]
		switch {
		case arg == "-" || arg == "--":
			return 0, errors.New("the script is not a file")
		case !strings.HasPrefix(arg, "-"):
			return i, nil
		case arg == "-X" || arg == "-W" || arg == "--check-hash-based-pycs":
			i++ // its value
		case !strings.HasPrefix(arg, "--") && strings.ContainsAny(arg, "cmiVh?") && arg[1] != 'X' && arg[1] != 'W':
			return 0, errors.New("the interpreter is given no script, or more than that")
		}
	}
	return 0, errors.New("the interpreter is given no script")
}

// isPython reports whether a file of that name is CPython or PyPy: python3,
// python3.13, pypy3, ….
func isPython(name string) bool {
	rest, ok := strings.CutPrefix(name, "python")
	if !ok {
		rest, ok = strings.CutPrefix(name, "pypy")
	}
	return ok && strings.Trim(rest, "0123456789.") == ""
}
