package explain_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/explain"
	"stresstester/core/problem"
)

func TestSamples(t *testing.T) {
	t.Parallel()
	sources := explain.Sources{"sol.py"}
	dump := func(line string) string {
		return "Timeout (0:00:00.004000)!\nThread 0x00007f (most recent call first):\n  File \"/usr/lib/python3.13/heapq.py\", line 3 in f\n" +
			"  File \"/run/programs/2/sol.py\", line " + line + " in solve\n  File \"/run/programs/2/sol.py\", line 9 in <module>\n"
	}
	for _, c := range []struct {
		name, log string
		tell      func(explain.Sources, *explain.Trace) *problem.Location
		line      int
		note      string
		related   []problem.Place
	}{
		{name: "the line with most samples", tell: explain.Sources.Busy, line: 5, note: "70 % of its time was spent in this line",
			log:     strings.Repeat("t 0 5:f 9:main\n", 7) + strings.Repeat("t 0 9:main\n", 3),
			related: []problem.Place{{File: "sol.py", Line: 9, Message: "30 % of its time"}}},
		{name: "samples of faulthandler", tell: explain.Sources.Busy, line: 5, note: "75 % of its time was spent in this line",
			log:     strings.Repeat(dump("5"), 6) + strings.Repeat(dump("6"), 2),
			related: []problem.Place{{File: "sol.py", Line: 6, Message: "25 % of its time"}}},
		{name: "too few samples", tell: explain.Sources.Busy, log: "t 0 5:f\nt 0 5:f\n"},
		{name: "the line in which memory grew", tell: explain.Sources.Greedy, line: 7,
			note: "100 % of the 8 MiB that its memory grew by came in this line",
			log:  strings.Repeat("t 0 5:f\n", 50) + "t 4194304 7:g\nt 4194304 7:g\n"},
		{name: "where it was when memory ran out", tell: explain.Sources.Greedy, line: 6,
			note: "100 % of the time before its memory ran out was spent in this line",
			log:  strings.Repeat(dump("5"), 6) + strings.Repeat(dump("6"), 3)},
		{name: "no line of the program's own", tell: explain.Sources.Busy, log: strings.Repeat("t 0\n", 9)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := c.tell(sources, explain.ParseLog([]byte(c.log), "sol.py", nil))
			if c.line == 0 {
				if l != nil {
					t.Errorf("location %+v", l)
				}
				return
			}
			if l == nil || l.Line != c.line || l.Note != c.note {
				t.Fatalf("location %+v, expected line %d, note %q", l, c.line, c.note)
			}
			if diff := cmp.Diff(c.related, l.Related); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzSamples(f *testing.F) {
	f.Add([]byte("t 0 5:f 9:main\nt -1\nt 99999999999999999999 4:x\n"))
	f.Add([]byte("Timeout (0:00)!\n  File \"sol.py\", line 3 in f\n  File \"sol.py\", line -3 in\nTimeout (\n"))
	f.Fuzz(func(t *testing.T, log []byte) {
		trace := explain.ParseLog(log, "sol.py", nil)
		for _, tell := range []func(explain.Sources, *explain.Trace) *problem.Location{explain.Sources.Busy, explain.Sources.Greedy} {
			if l := tell(explain.Sources{"sol.py"}, trace); l != nil && (l.Line <= 0 || l.Note == "") {
				t.Errorf("location %+v", l)
			}
		}
	})
}
