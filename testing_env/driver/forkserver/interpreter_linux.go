package forkserver

import (
	_ "embed" // for what starts the startable
	"errors"
	"path"
	"slices"
	"strings"
)

var (
	//go:embed perl.pl
	perlStart string
	//go:embed php.php
	phpStart string
)

// scripting is an interpreter that can be started once for all runs of a script.
type scripting struct {
	names []string // of its executable, without a version
	// valued are the options that take the next word as their value. An option that
	// begins with one of scriptless makes what follows something else than a script.
	valued, scriptless []string
	// start are the words between the options and the script.
	start []string
}

var startable = []scripting{
	{names: []string{"perl"}, scriptless: []string{"-e", "-E", "-c", "-v", "-V", "-h", "-"}, start: []string{"-e", perlStart}},
	{names: []string{"php"}, valued: []string{"-d", "-c"}, scriptless: []string{"-r", "-f", "-F", "-a", "-B", "-R", "-E", "-S", "-l", "-i", "-m", "-v", "-h", "--"},
		start: []string{"-r", phpStart, "--"}},
}

// Interpreted turns the config of a script in Python, Perl or PHP, whose Argv is that
// of a plain run (interpreter, options, script, arguments), into one that starts the
// interpreter once. Requests keep the Args of plain runs. The error is a sentence that
// tells why that is not possible.
func Interpreted(cfg Config) (Config, error) {
	if len(cfg.Argv) == 0 {
		return cfg, errors.New("there is no interpreter")
	}
	name := strings.TrimRight(path.Base(cfg.Argv[0]), "0123456789.")
	for i := range startable {
		for _, n := range startable[i].names {
			if n == name {
				return startable[i].config(cfg)
			}
		}
	}
	return Python(cfg)
}

func (in *scripting) config(cfg Config) (Config, error) {
	script := 1
	for ; script < len(cfg.Argv) && strings.HasPrefix(cfg.Argv[script], "-"); script++ {
		word := cfg.Argv[script]
		if len(word) > 2 && strings.HasPrefix(word, "-I") {
			continue
		}
		valued := false
		for _, v := range in.valued {
			valued = valued || word == v
		}
		if valued {
			script++
			continue
		}
		for _, s := range in.scriptless {
			if word == s || (len(s) == 2 && strings.HasPrefix(word, s)) {
				return cfg, errors.New("the interpreter is given no script, or more than that")
			}
		}
	}
	if script >= len(cfg.Argv) {
		return cfg, errors.New("the interpreter is given no script")
	}
	cfg.skip = script
	cfg.runArgv = cfg.Argv
	cfg.Argv = slices.Concat(cfg.Argv[:script], in.start, cfg.Argv[script:script+1])
	cfg.Stop = AtLink
	return cfg, nil
}
