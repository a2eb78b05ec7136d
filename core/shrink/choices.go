package shrink

import (
	"context"
	"encoding/binary"
	"hash/maphash"
	"iter"
	"slices"
	"time"
)

// Choice is one random choice of a generator: a number below Bound, of which 0
// stands for the simplest outcome.
type Choice struct {
	Value, Bound uint64
	// Site is where in the program the choice is made; choices of the same site
	// are those of a loop.
	Site int
	// Number is the whole number that came of the choice, if Numeric: what may
	// be the count of other choices.
	Number  int64
	Numeric bool
}

// Made is what a generator makes when it is given choices.
type Made struct {
	// Input is what it prints; nil when it fails, and nothing else is set then.
	Input []byte
	// Choices are those it did make: fewer, more, or smaller ones than it was
	// given, if those did not fit.
	Choices []Choice
}

// Generator runs a generator once for each of the given sequences of choices. A
// choice that is too large becomes the largest there is, missing ones are 0, and
// surplus ones are ignored: every sequence leads to an input that the generator
// can make. It returns nothing when it can no longer run.
type Generator func(ctx context.Context, tapes [][]uint64) []Made

// Choices shrinks the input by the random choices that made it, in the way of
// property testing's integrated shrinking: sequences become shorter, and choices
// smaller, and the generator makes an input of each. So every candidate is valid
// by construction, whatever the format.
//
// Counts are found by the numbers of choices that come after them: with one of n
// rounds of a loop goes everything that is chosen in it. Then blocks of choices are
// deleted, then choices become 0, then smaller.
//
// A candidate is taken as everywhere: when its text is smaller and fails.
//
//nolint:contextcheck // the Search was given ctx and passes it on.
func Choices(ctx context.Context, input []byte, made []Choice, generate Generator, oracle Oracle, o Options) Result {
	t := &tapes{
		ctx: ctx, Search: NewSearch(ctx, input, oracle, o), generate: generate, choices: made,
		seen: map[uint64]bool{}, seed: maphash.MakeSeed(),
	}
	for !t.Over() {
		before := t.Best()
		t.counts()
		t.blocks()
		t.zeros()
		t.smaller()
		if same(before, t.Best()) {
			break
		}
	}
	return t.Result("No single choice of the generator can be left out, and none can be made the simplest or halved")
}

// tapes is a search through sequences of choices.
type tapes struct {
	//nolint:containedctx // as in Search.
	ctx context.Context
	*Search
	generate Generator
	choices  []Choice // those that make Best
	seen     map[uint64]bool
	seed     maphash.Seed
}

// Bounds of one pass: how many sequences the generator is given at a time, and the
// length from which single choices are not looked at.
const (
	firstBatch   = 8
	largestBatch = 32
	longTape     = 3000
)

// first takes the first of the sequences that leads to a smaller failing input,
// and returns its index or -1. The sequences must not depend on one another.
func (t *tapes) first(sequences iter.Seq[[]uint64]) int {
	var made []Made
	var tried []int // index of the sequence that led to made[i]
	taken := t.First(func(yield func([]byte) bool) {
		batch, index, size := [][]uint64{}, 0, firstBatch
		flush := func() bool {
			if len(batch) == 0 || t.Over() {
				return !t.Over()
			}
			results := t.generate(t.ctx, batch)
			for _, m := range results {
				made = append(made, m)
				if !yield(m.Input) {
					return false
				}
			}
			whole := len(results) == len(batch)
			batch, size = batch[:0], min(2*size, largestBatch)
			return whole
		}
		for s := range sequences {
			if s != nil && t.unseen(s) {
				batch, tried = append(batch, s), append(tried, index)
			}
			index++
			if len(batch) >= size && !flush() {
				return
			}
		}
		flush()
	})
	if taken < 0 {
		return -1
	}
	t.choices = made[taken].Choices
	return tried[taken]
}

// unseen reports whether the sequence is a new one.
func (t *tapes) unseen(sequence []uint64) bool {
	var h maphash.Hash
	h.SetSeed(t.seed)
	var word [8]byte
	for _, v := range sequence {
		binary.LittleEndian.PutUint64(word[:], v)
		h.Write(word[:])
	}
	key := h.Sum64()
	if t.seen[key] {
		return false
	}
	t.seen[key] = true
	return true
}

func valuesOf(choices []Choice) []uint64 {
	values := make([]uint64, len(choices))
	for i, c := range choices {
		values[i] = c.Value
	}
	return values
}

// counts takes rounds out of loops, each with the choice that counts them.
func (t *tapes) counts() {
	for i := 0; i < len(t.choices) && !t.Over(); i++ {
		n := len(loopsOf(t.choices, i).rounds)
		for at := (cut{end: n, size: n}); at.end > 0 && !t.Over(); {
			l := loopsOf(t.choices, i)
			if len(l.rounds) < at.end {
				break
			}
			taken := t.first(func(yield func([]uint64) bool) {
				for c := at; c.end > 0 && yield(l.without(c)); {
					c = c.failed()
				}
			})
			if taken < 0 {
				break
			}
			for range taken {
				at = at.failed()
			}
			at = at.succeeded()
		}
	}
}

// loops are the loops that one choice counts.
type loops struct {
	choices []Choice
	count   int
	// rounds are, for each counted thing, what was chosen in its rounds.
	rounds [][][2]int
}

// loopsOf finds the loops that the i-th choice counts: sites with as many choices
// as its number says, or one less, before the choice is made again.
func loopsOf(choices []Choice, i int) loops {
	l := loops{choices: choices, count: i}
	c := choices[i]
	if !c.Numeric || c.Number < 2 || c.Number > int64(len(choices)-i) {
		return l
	}
	n, end := int(c.Number), len(choices)
	at := map[int][]int{}
	var order []int
	for k := i + 1; k < len(choices); k++ {
		site := choices[k].Site
		if site == c.Site {
			end = k
			break
		}
		if at[site] == nil {
			order = append(order, site)
		}
		at[site] = append(at[site], k)
	}
	covered := map[int]bool{}
	for _, site := range order {
		if places := at[site]; !covered[site] && (len(places) == n || len(places) == n-1) {
			l.add(n, places, end, covered)
		}
	}
	return l
}

// add adds the loop whose rounds begin at the places. What is chosen in a round is
// covered.
func (l *loops) add(n int, places []int, end int, covered map[int]bool) {
	if l.rounds == nil {
		l.rounds = make([][][2]int, n)
	}
	for k, start := range places {
		stop := start + 1
		if k+1 < len(places) {
			stop = places[k+1]
			for _, c := range l.choices[start:stop] {
				covered[c.Site] = true
			}
		} else {
			for len(places) > 1 && stop < end && covered[l.choices[stop].Site] && l.choices[stop].Site != l.choices[start].Site {
				stop++
			}
		}
		thing := k + n - len(places)
		l.rounds[thing] = append(l.rounds[thing], [2]int{start, stop})
		if thing == 1 && len(places) < n {
			// A loop with a round less begins with the second thing; when the first
			// goes, the second takes its place.
			l.rounds[0] = append(l.rounds[0], [2]int{start, stop})
		}
	}
}

// without is the sequence that lacks the rounds of the cut and counts less.
func (l loops) without(c cut) []uint64 {
	values := valuesOf(l.choices)
	if values[l.count] < uint64(c.size) {
		return nil
	}
	values[l.count] -= uint64(c.size)
	gone := make([]bool, len(values))
	for _, round := range l.rounds[c.end-c.size : c.end] {
		for _, part := range round {
			for k := part[0]; k < part[1]; k++ {
				gone[k] = true
			}
		}
	}
	kept := values[:0]
	for k, v := range values {
		if !gone[k] {
			kept = append(kept, v)
		}
	}
	return kept
}

// blocks deletes choices that stand side by side, whatever they mean.
func (t *tapes) blocks() {
	for size := min(len(t.choices)/2, 64); size > 0 && !t.Over(); size /= 2 {
		if len(t.choices) > longTape && size < 8 {
			return
		}
		for again := true; again && !t.Over(); {
			values := valuesOf(t.choices)
			again = t.first(func(yield func([]uint64) bool) {
				for at := len(values) - size; at >= 0; at -= size {
					if !yield(slices.Concat(values[:at], values[at+size:])) {
						return
					}
				}
			}) >= 0
		}
	}
}

// zeros makes choices the simplest: all of a site, then one by one.
func (t *tapes) zeros() {
	change := func(choose func(values []uint64, k int) bool, n func() int) {
		for k := 0; k < n() && !t.Over(); {
			values, from := valuesOf(t.choices), k
			taken := t.first(func(yield func([]uint64) bool) {
				for k := from; k < n(); k++ {
					changed := slices.Clone(values)
					if !choose(changed, k) {
						changed = nil
					}
					if !yield(changed) {
						return
					}
				}
			})
			if taken < 0 {
				return
			}
			k = from + taken + 1
		}
	}
	sites := func() int {
		most := 0
		for _, c := range t.choices {
			most = max(most, c.Site+1)
		}
		return most
	}
	change(func(values []uint64, site int) bool {
		changed := false
		for k, c := range t.choices {
			if c.Site == site && values[k] > 0 {
				values[k], changed = 0, true
			}
		}
		return changed
	}, sites)
	if len(t.choices) > longTape {
		return
	}
	change(func(values []uint64, k int) bool {
		was := values[k]
		values[k] = 0
		return was > 0
	}, func() int { return len(t.choices) })
}

// smaller makes choices smaller, one by one.
func (t *tapes) smaller() {
	if len(t.choices) > longTape {
		return
	}
	for k := 0; k < len(t.choices) && !t.Over(); k++ {
		for again := true; again && k < len(t.choices) && !t.Over(); {
			values := valuesOf(t.choices)
			was := values[k]
			again = t.first(func(yield func([]uint64) bool) {
				for _, v := range lesser(was) {
					changed := slices.Clone(values)
					changed[k] = v
					if !yield(changed) {
						return
					}
				}
			}) >= 0
		}
	}
}

// lesser are smaller values, the smallest first: a few from below and by halves.
func lesser(v uint64) []uint64 {
	var values []uint64
	for low := uint64(1); low < v && low <= 4; low++ {
		values = append(values, low)
	}
	for shift := 40; shift > 0; shift -= 4 {
		if w := v >> shift; w > 4 {
			values = append(values, w)
		}
	}
	for _, w := range []uint64{v / 8, v / 4, v / 2, v - v/4, v - v/16, v - 2, v - 1} {
		if w > 4 && w < v {
			values = append(values, w)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

// half is the share of a search's means that goes into choices where the text is
// to be shrunk after them.
func half(o Options) Options {
	o.MaxRuns = max(1, o.maxRuns()/2)
	if o.Deadline > 0 {
		o.Deadline = max(o.Deadline/2, time.Millisecond)
	}
	return o
}

// ChoicesAndText shrinks by choices first, and then goes on with the text where
// those no longer help: the text reaches values and lists that no single choice
// stands for. What the generator made on the way are samples of the format.
func ChoicesAndText(ctx context.Context, input []byte, made []Choice, generate Generator, oracle Oracle, o Options) Result {
	began := time.Now()
	samples := slices.Clone(o.Samples)
	watched := func(ctx context.Context, tapes [][]uint64) []Made {
		results := generate(ctx, tapes)
		for _, m := range results {
			if len(samples) < len(o.Samples)+moreSamples && len(m.Input) > 0 {
				samples = append(samples, m.Input)
			}
		}
		return results
	}
	first := Choices(ctx, input, made, watched, oracle, half(o))
	o.Samples = samples
	o.MaxRuns = max(1, o.maxRuns()-first.Runs)
	if o.Deadline > 0 {
		o.Deadline = max(o.Deadline-time.Since(began), time.Millisecond)
	}
	if improved := o.Improved; improved != nil {
		o.Improved = func(input []byte, runs int) { improved(input, first.Runs+runs) }
	}
	second := Text(ctx, first.Input, oracle, o)
	second.Runs += first.Runs
	if slices.Equal(second.Input, first.Input) {
		second.Proved = "The generator itself makes this input. " + second.Proved
	} else {
		second.Proved = "This input is smaller than what the generator's choices were shrunk to. " + second.Proved
	}
	return second
}

// moreSamples is how many inputs of the generator's join the samples.
const moreSamples = 16
