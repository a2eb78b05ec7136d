package forkserver

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestOddProgramsBehaveAsExecuted runs programs that do unusual things, over and
// over and with two inputs by turns, and compares each run with a plain execution.
func TestOddProgramsBehaveAsExecuted(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("testdata/odd")
	if err != nil {
		t.Fatal(err)
	}
	inputs := [2]string{"5\n1 2 3 4 5\n", "3\n10 -20 30\n"}
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			t.Parallel()
			odd(t, "odd/"+entry.Name(), inputs)
		})
	}
}

const oddRuns = 50

func odd(t *testing.T, name string, inputs [2]string) {
	exe := program(t, name)
	argv := []string{exe, "first", "second argument"}
	env := []string{"PATH=/usr/bin:/bin", "LANG=C", "EMPTY="}
	c := newConsole(t)
	varies := note(t, name, "varies") != ""
	leftovers := 0
	if n := strings.TrimSpace(note(t, name, "leftovers:")); n != "" {
		leftovers, _ = strconv.Atoi(n)
	}
	var want [2]result
	if leftovers == 0 && !varies {
		want = [2]result{c.plain(t, argv, env, inputs[0]), c.plain(t, argv, env, inputs[1])}
	}
	test := func(t *testing.T, mode Mode, express bool) {
		c := newConsole(t)
		if express {
			c.addAreas(t)
		}
		s := serve(t, Config{Mode: mode, Argv: argv, Env: env, Files: c.files()})
		seen := map[string]bool{}
		for run := range oddRuns {
			which := run % 2
			got, outcome := c.run(t, s, Request{}, inputs[which])
			if outcome.Fallback != "" {
				t.Fatalf("run %d: fell back: %s", run, outcome.Fallback)
			}
			if outcome.Leftovers != leftovers {
				t.Fatalf("run %d: %d leftovers, want %d", run, outcome.Leftovers, leftovers)
			}
			if varies {
				seen[got.Out] = true
				continue
			}
			if leftovers > 0 && run < 2 {
				want[which] = got
			}
			if got != want[which] {
				t.Fatalf("run %d differs from a plain execution\n== got %v== want %v", run, got, want[which])
			}
		}
		if varies && len(seen) != oddRuns {
			t.Errorf("%d different outputs in %d runs", len(seen), oddRuns)
		}
		t.Logf("%+v", s.Stats())
	}
	modes(t, func(t *testing.T, mode Mode) { test(t, mode, false) })
	t.Run("snapshot-express", func(t *testing.T) {
		t.Parallel()
		test(t, Snapshot, true)
	})
}
