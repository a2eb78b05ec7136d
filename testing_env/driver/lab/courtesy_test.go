package lab

import (
	"testing"
	"time"
)

func TestSomebodyHasToWaitForAWhile(t *testing.T) {
	t.Parallel()
	const free, full = "0.20 0.18 0.12 2/80 11206\n", "9.20 8.18 0.12 3/80 11206\n"
	const four, many = "9.20 8.18 0.12 5/80 11206\n", "9.20 8.18 0.12 40/80 11206\n"
	enough := func(look string) []string {
		var all []string
		for range courtesyLooks {
			all = append(all, look)
		}
		return all
	}
	for _, tt := range []struct {
		name  string
		looks []string
		want  time.Duration // at the last
	}{
		{"as many run as there are processors", enough(free), 0},
		{"one waits, at a single look", append(enough(free), full), 0},
		{"one waits, but not all the time", append(append(enough(full), free), full, full), 0},
		{"one waits at every look", enough(full), courtesyPause},
		{"one goes on waiting", append(enough(full), full, full), 0},
		{"one goes on waiting for as long again", append(enough(full), enough(full)[:courtesyLooks/2]...), courtesyPause},
		{"several wait, at as many looks as make sure", enough(four)[:courtesyLooks/courtesySure], 2 * courtesyPause},
		{"several wait, at fewer looks", enough(four)[:courtesyLooks/courtesySure-1], 0},
		{"two wait for each processor", enough(four), 2 * courtesyPause},
		{"very many wait", enough(many), courtesyMost * courtesyPause},
		{"the file is empty", append(enough(full), ""), 0},
		{"the file is something else", append(enough(full), "1 2 3 x/4 5"), 0},
		{"the file has no total", append(enough(full), "1 2 3 4 5"), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := courtesy{machine: 2}
			got := time.Duration(-1)
			for _, look := range tt.looks {
				got = c.look([]byte(look))
			}
			if got != tt.want {
				t.Errorf("it pauses %v, want %v", got, tt.want)
			}
		})
	}
}

func TestProcessorsAreCounted(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]int{"0": 1, "0-1": 2, "0-3,5": 5, "2,4,6-7": 4, "": 0, "3-1": 0, "a-b": 0, "0-": 0} {
		got, ok := countRanges([]byte(list))
		if got != want || ok != (want > 0) {
			t.Errorf("%q has %d (%t), want %d", list, got, ok, want)
		}
	}
}
