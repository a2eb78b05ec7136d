package hostile

import (
	"bufio"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"stresstester/core/languages"
	"stresstester/core/problem"
)

//go:embed programs bystanders
var files embed.FS

// attack is a hostile program with what its header says of it.
type attack struct {
	name  string // of its file
	group string // heading in the table
	tries string // what it tries, completing "it tries …"
	why   string // why the expected verdict is the right one
	// expect lists the right verdicts of the roles in which it runs, in the
	// header's order. There is more than one where the kernel decides.
	expect []expectation
	limits problem.Limits
	// compileTime limits its compilation; zero is the language's own limit.
	compileTime time.Duration
	// compiler tells that the program takes the compiler's place.
	compiler bool
	// tests is how many tests are made; zero is a few.
	tests int
	// image is the target of the image that has its language.
	image string
	// gvisor lists verdicts that are right as well where the kernel is gVisor's, which
	// takes more time and memory.
	gvisor []problem.Verdict
	// execOnly tells that how it is run makes no difference.
	execOnly bool
}

// same reports whether the strategy makes no difference to the attack, and so need not
// be tried: programs in warm processes have no fork server.
func (a *attack) same(strategy string) bool {
	warm := a.group == "Shared runtimes" && !strings.HasSuffix(a.name, ".pl") && !strings.HasSuffix(a.name, ".php")
	return strategy != "exec" && a.execOnly || strategy == "fork" && warm
}

// part is the role an attack plays: one of problem's roles, or one of those below.
type part string

// talker is the tested program in a conversation with an honest interactor, and
// compiler a compiler of the tested program.
const (
	talker   part = "talker"
	compiler part = "compiler"
)

type expectation struct {
	part     part
	verdicts []problem.Verdict
}

func (e expectation) allows(v problem.Verdict) bool { return slices.Contains(e.verdicts, v) }

func (e expectation) String() string {
	names := make([]string, len(e.verdicts))
	for i, v := range e.verdicts {
		names[i] = string(v)
	}
	return strings.Join(names, " or ")
}

// groups are the table's headings in their order.
var groups = []string{"Processes", "Memory", "Output", "Files", "Other programs", "Shared runtimes", "Network and kernel", "Compilation"}

// catalog reads the headers of all programs.
func catalog() ([]attack, error) {
	entries, err := fs.ReadDir(files, "programs")
	if err != nil {
		return nil, err
	}
	var all []attack
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "hostile.") { // what they share
			continue
		}
		source, err := fs.ReadFile(files, path.Join("programs", e.Name()))
		if err != nil {
			return nil, err
		}
		a, err := parseHeader(e.Name(), source)
		if err != nil {
			return nil, fmt.Errorf("programs/%s: %w", e.Name(), err)
		}
		if l, ok := languages.Default().ForSource(e.Name(), source); ok {
			a.image = l.Image
		}
		all = append(all, a)
	}
	slices.SortStableFunc(all, func(a, b attack) int {
		return slices.Index(groups, a.group) - slices.Index(groups, b.group)
	})
	return all, nil
}

// parseHeader reads the lines "//: key: value" or "#: key: value" at the top of a
// source. A line whose key is missing goes on where the one before ended.
func parseHeader(name string, source []byte) (attack, error) {
	values := map[string]string{}
	key := ""
	for lines := bufio.NewScanner(bytes.NewReader(source)); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "<?php" {
			continue
		}
		text, ok := strings.CutPrefix(line, "//:")
		if !ok {
			text, ok = strings.CutPrefix(line, "#:")
		}
		if !ok {
			break
		}
		if more, isMore := strings.CutPrefix(text, "   "); isMore {
			values[key] += " " + strings.TrimSpace(more)
			continue
		}
		k, v, found := strings.Cut(strings.TrimSpace(text), ":")
		if !found {
			return attack{}, fmt.Errorf("header line %q has no key", line)
		}
		key = k
		values[key] = strings.TrimSpace(v)
	}
	return newAttack(name, values)
}

func newAttack(name string, values map[string]string) (attack, error) {
	a := attack{name: name}
	var errs []error
	for key, value := range values {
		var err error
		switch key {
		case "group":
			a.group = value
		case "tries":
			a.tries = value
		case "why":
			a.why = value
		case "expect":
			a.expect, err = parseExpect(value)
		case "time":
			a.limits.Time, err = time.ParseDuration(value)
		case "memory":
			a.limits.Memory, err = parseMiB(value)
		case "tests":
			a.tests, err = strconv.Atoi(value)
		case "output":
			a.limits.Output, err = parseMiB(value)
		case "gvisor":
			a.gvisor, err = parseVerdicts(value)
		case "compile-time":
			a.compileTime, err = time.ParseDuration(value)
		case "only":
			a.execOnly = value == "exec"
		default:
			err = fmt.Errorf("unknown key %q", key)
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return a, err
	}
	if a.tries == "" || a.why == "" || len(a.expect) == 0 || !slices.Contains(groups, a.group) {
		return a, errors.New("the header needs group, tries, why and expect")
	}
	a.compiler = a.expect[0].part == compiler
	a.execOnly = a.execOnly || a.group == "Compilation" || strings.HasSuffix(name, ".java") && a.group != "Shared runtimes"
	return a, nil
}

func parseMiB(text string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSuffix(text, "M"), 10, 64)
	return n << 20, err
}

// parseVerdicts reads "TLE|RE".
func parseVerdicts(text string) ([]problem.Verdict, error) {
	var all []problem.Verdict
	for _, v := range strings.Split(text, "|") {
		verdict := problem.Verdict(v)
		if verdict != problem.OK && !verdict.Divergence() && !verdict.SetupFailure() {
			return nil, fmt.Errorf("%q is no verdict", v)
		}
		all = append(all, verdict)
	}
	return all, nil
}

// parseExpect reads "tested=TLE|RE brute=BRUTE_FAILED".
func parseExpect(text string) ([]expectation, error) {
	var all []expectation
	for _, field := range strings.Fields(text) {
		role, verdicts, ok := strings.Cut(field, "=")
		if !ok {
			return nil, fmt.Errorf("%q is not role=VERDICT", field)
		}
		e := expectation{part: part(role)}
		var err error
		if e.verdicts, err = parseVerdicts(verdicts); err != nil {
			return nil, err
		}
		if !slices.Contains(problem.Roles(), problem.Role(role)) && e.part != talker && e.part != compiler {
			return nil, fmt.Errorf("%q is no role", role)
		}
		all = append(all, e)
	}
	return all, nil
}
