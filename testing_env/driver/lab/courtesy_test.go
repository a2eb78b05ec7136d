package lab

import (
	"testing"
	"time"
)

func TestSomebodyHasToWaitForAWhile(t *testing.T) {
	t.Parallel()
	const free, full = "0.20 0.18 0.12 2/80 11206\n", "9.20 8.18 0.12 3/80 11206\n"
	const four, many = "9.20 8.18 0.12 5/80 11206\n", "9.20 8.18 0.12 40/80 11206\n"
	for _, tt := range []struct {
		name  string
		looks []string
		want  time.Duration // at the last
	}{
		{"as many run as there are processors", []string{free, free, free, free}, 0},
		{"one waits, at a single look", []string{free, free, free, full}, 0},
		{"one waits, but not all the time", []string{full, full, free, full, full}, 0},
		{"one waits at every look", []string{full, full, full}, courtesyPause},
		{"one goes on waiting", []string{full, full, full, full, full}, courtesyPause},
		{"two wait for each processor", []string{four, four, four}, 2 * courtesyPause},
		{"very many wait", []string{many, many, many}, courtesyMost * courtesyPause},
		{"the file is empty", []string{full, full, full, ""}, 0},
		{"the file is something else", []string{full, full, full, "1 2 3 x/4 5"}, 0},
		{"the file has no total", []string{full, full, full, "1 2 3 4 5"}, 0},
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
