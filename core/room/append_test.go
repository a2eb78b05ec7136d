package room

import (
	"testing"
	"time"
)

func TestAProblemsLimitsAreAddedAndReadAgain(t *testing.T) {
	t.Parallel()
	stated := Stated{Time: 1500 * time.Millisecond, Memory: 256 << 20, Interactive: true}
	for name, before := range map[string]string{
		"to nothing":               "",
		"to settings":              "tests = 500",
		"to another problem":       "[problem.other]\nseed = 7\n",
		"behind a table of limits": "time_limit = \"1s\"\n\n[limits.brute]\ntime_limit = \"30s\"\n\n\n",
	} {
		for _, problem := range []string{"a_watermelon", "Übung 1", `quote "x"`} {
			text, added := AddProblem([]byte(before), problem, "A. Watermelon\nhttps://…", stated)
			if !added {
				t.Fatalf("%s: nothing was added", name)
			}
			c, mistakes := parseConfig(text, problem)
			if len(mistakes) > 0 {
				t.Fatalf("%s: %v in\n%s", name, mistakes, text)
			}
			last := c.levels[len(c.levels)-1]
			if time.Duration(*last.TimeLimit) != stated.Time || int64(*last.MemoryLimit) != stated.Memory || !*c.interactive {
				t.Errorf("%s: read as %+v from\n%s", name, last, text)
			}
			if string(text[:len(before)]) != before {
				t.Errorf("%s: what was there became\n%s", name, text)
			}
			if _, again := AddProblem(text, problem, "", stated); again {
				t.Errorf("%s: the table was added twice", name)
			}
		}
	}
	if _, added := AddProblem(nil, "x", "", Stated{}); added {
		t.Error("a table with nothing in it was added")
	}
	if text, _ := AddProblem(nil, "x", "", Stated{Memory: 1, Time: 1000 * time.Hour}); string(text) != "[problem.x]\ntime_limit = \"1h0m0s\"\nmemory_limit = \"1M\"\n" {
		t.Errorf("limits out of range became\n%s", text)
	}
	if _, added := AddProblem([]byte("= broken\n[problem.x]\n"), "x", "", stated); added {
		t.Error("the table was added twice to a broken file")
	}
}

func TestAnInteractiveProblemMissesItsInteractor(t *testing.T) {
	t.Parallel()
	for interactive, want := range map[bool]string{true: "interactor", false: "brute"} {
		r := &Room{Interactive: interactive}
		if got := r.MissingJudge(); len(got) != 1 || string(got[0]) != want {
			t.Errorf("interactive %v: missing %v", interactive, got)
		}
	}
}
