package explain

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"stresstester/core/problem"
)

// Sample is where a program was at one moment.
type Sample struct {
	// Grown is by how many bytes its memory had grown since the sample before.
	Grown int64
	// Stack has the innermost call first.
	Stack []Call
}

// Bounds of a log of samples.
const (
	sampleLines  = 8192
	sampleFrames = 24
)

// readDumps reads the stacks that Python's faulthandler wrote from time to time.
func readDumps(log []byte, source string) []Sample {
	var samples []Sample
	var now *Sample
	end := func() {
		if now != nil && len(now.Stack) > 0 {
			samples = append(samples, *now)
		}
		now = nil
	}
	for _, line := range bytes.Split(log, []byte("\n")) {
		text := string(line)
		if strings.HasPrefix(text, "Timeout (") {
			end()
			if len(samples) == sampleLines {
				return samples
			}
			now = &Sample{}
			continue
		}
		rest, found := strings.CutPrefix(text, `  File "`)
		if now == nil || !found || len(now.Stack) >= sampleFrames {
			continue
		}
		file, rest, _ := strings.Cut(rest, `", line `)
		number, function, _ := strings.Cut(rest, " in ")
		n, err := strconv.Atoi(number)
		if err == nil && n > 0 && (file == source || strings.HasSuffix(file, "/"+source)) {
			now.Stack = append(now.Stack, Call{File: source, Function: function, Line: n})
		}
	}
	end()
	return samples
}

// spot is a line with the samples that were taken in it.
type spot struct {
	location *problem.Location
	weight   float64
	count    int
}

// spots groups samples by the line of the program's own that they are in, the
// heaviest first.
func (s Sources) spots(samples []Sample, weigh func(*Sample) float64) (spots []*spot, total float64) {
	type place struct {
		file string
		line int
	}
	at := map[place]*spot{}
	for i := range samples {
		weight := weigh(&samples[i])
		total += weight
		l := s.locate(samples[i].Stack)
		if l == nil {
			continue
		}
		p := place{l.File, l.Line}
		if at[p] == nil {
			at[p] = &spot{location: l}
			spots = append(spots, at[p])
		}
		at[p].weight += weight
		at[p].count++
	}
	slices.SortStableFunc(spots, func(a, b *spot) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return 0
	})
	return spots, total
}

const (
	// fewestSamples is the number below which nothing is claimed.
	fewestSamples = 5
	// relatedShare is the share from which another line is worth naming, and
	// mostRelated how many of them.
	relatedShare = 0.1
	mostRelated  = 3
)

// Busy is the line in which the program spent most of its time, nil where the
// samples are too few to tell.
func (s Sources) Busy(t *Trace) *problem.Location {
	if len(t.Samples) < fewestSamples {
		return nil
	}
	return s.heaviest(t.Samples, func(*Sample) float64 { return 1 }, "of its time was spent in this line", "of its time")
}

// Greedy is the line in which the program's memory grew most.
func (s Sources) Greedy(t *Trace) *problem.Location {
	var grown int64
	for _, sample := range t.Samples {
		grown += max(sample.Grown, 0)
	}
	if grown > 0 {
		return s.heaviest(t.Samples, func(s *Sample) float64 { return float64(max(s.Grown, 0)) },
			fmt.Sprintf("of the %d MiB that its memory grew by came in this line", grown>>20), "of it")
	}
	// The samples do not tell of memory: the last of them are from when it ran out.
	last := t.Samples[max(0, len(t.Samples)-max(len(t.Samples)/4, 3)):]
	return s.heaviest(last, func(*Sample) float64 { return 1 }, "of the time before its memory ran out was spent in this line", "of it")
}

func (s Sources) heaviest(samples []Sample, weigh func(*Sample) float64, what, other string) *problem.Location {
	spots, total := s.spots(samples, weigh)
	if len(spots) == 0 || spots[0].weight == 0 {
		return nil
	}
	l := spots[0].location
	l.TokenIndex = -1
	l.Note = percent(spots[0].weight/total) + " " + what
	for _, p := range spots[1:] {
		if p.weight < relatedShare*total || len(l.Related) == mostRelated {
			break
		}
		l.Related = append(l.Related, problem.Place{File: p.location.File, Line: p.location.Line, Message: percent(p.weight/total) + " " + other})
	}
	return l
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", math.Round(100*share)) }
