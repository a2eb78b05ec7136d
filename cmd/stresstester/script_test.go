package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"stresstester/remote/server/servertest"
	testingenv "stresstester/testing_env"
)

func TestMain(m *testing.M) {
	testscript.Main(all{m}, map[string]func(){"stresstester": main})
}

// all runs the tests, with a database and servers for those that want some.
type all struct{ m *testing.M }

// Run implements testscript.TestingM.
func (a all) Run() int { return servertest.Main(a.m) }

// TestScript runs the scenarios of testdata/script. Those that need the sandbox
// begin with "[!sandbox] skip" and run where STRESSTESTER_IMAGE names its image.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("STRESSTESTER_IMAGE", os.Getenv("STRESSTESTER_IMAGE"))
			env.Setenv("DOCKER_HOST", os.Getenv("DOCKER_HOST"))
			// A daemon that a script starts is the script's own, and does not stay.
			env.Setenv("XDG_RUNTIME_DIR", env.WorkDir)
			env.Setenv("STRESSTESTER_DAEMON_IDLE", "1s")
			env.Setenv("STRESSTESTER_COMPANION", "off")
			// The engine's address may be in the user's Docker context.
			env.Setenv("DOCKER_CONFIG", dockerConfig())
			return nil
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "sandbox":
				return noSandbox() == "", nil
			case "engine":
				return exec.Command("docker", "version").Run() == nil, nil
			}
			return false, fmt.Errorf("no condition is called %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": cmdStatus,
			"result": cmdResult,
			"fill":   cmdFill,
			"same":   cmdSame,
		},
	})
	if reason := noSandbox(); reason != "" {
		t.Log("scripts that need the sandbox were skipped: " + reason)
	}
}

func dockerConfig() string {
	if dir := os.Getenv("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".docker")
}

// noSandbox says why the sandbox cannot be used; nothing when it can.
func noSandbox() string {
	if os.Getenv("STRESSTESTER_IMAGE") == "" {
		return "STRESSTESTER_IMAGE names no image"
	}
	if _, err := testingenv.Driver(runtime.GOARCH); err != nil {
		return err.Error()
	}
	return ""
}

// cmdStatus runs a program and wants its exit status: status N PROGRAM [ARG…].
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program [arg...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	// A script's line cannot hold a newline; a file's name can.
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "{newline}", "\n")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// cmdResult looks at the last line of JSON on standard output: result KEY VALUE…,
// where a key is a path such as counterexample.input and a value is JSON, or a
// word that stands for itself.
func cmdResult(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args)%2 != 0 {
		ts.Fatalf("usage: result key value [key value...]")
	}
	lines := strings.Split(strings.TrimSpace(ts.ReadFile("stdout")), "\n")
	for i, line := range lines {
		if !json.Valid([]byte(line)) {
			ts.Fatalf("line %d of standard output is not JSON: %s", i+1, line)
		}
	}
	var last any
	ts.Check(json.Unmarshal([]byte(lines[len(lines)-1]), &last))
	for i := 0; i < len(args); i += 2 {
		var want any
		if err := json.Unmarshal([]byte(args[i+1]), &want); err != nil {
			want = args[i+1]
		}
		if got := at(last, args[i]); !reflect.DeepEqual(got, want) {
			ts.Fatalf("%s is %#v, want %#v in %s", args[i], got, want, lines[len(lines)-1])
		}
	}
}

// cmdSame wants the last lines of two files of JSON to agree: same A B KEY….
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: same file file key [key...]")
	}
	var results [2]any
	for i := range results {
		lines := strings.Split(strings.TrimSpace(ts.ReadFile(args[i])), "\n")
		ts.Check(json.Unmarshal([]byte(lines[len(lines)-1]), &results[i]))
	}
	for _, key := range args[2:] {
		if a, b := at(results[0], key), at(results[1], key); a == nil || !reflect.DeepEqual(a, b) {
			ts.Fatalf("%s is %#v in one and %#v in the other", key, a, b)
		}
	}
}

// at follows a path such as "failures.0.verdict".
func at(value any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// cmdFill writes a file that txtar cannot hold: fill FILE TEXT COUNT. In names
// and texts {newline} stands for a newline and \xNN for a byte.
func cmdFill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fill file text count")
	}
	count, err := strconv.Atoi(args[2])
	ts.Check(err)
	name := strings.ReplaceAll(args[0], "{newline}", "\n")
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(args[1], `"`, `\"`), "{newline}", `\n`) + `"`)
	ts.Check(err)
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(name)), 0o755))
	ts.Check(os.WriteFile(ts.MkAbs(name), bytes.Repeat([]byte(text), count), 0o644))
}
