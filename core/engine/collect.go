package engine

import (
	"bytes"
	"hash/maphash"
	"math"
	"slices"
	"sort"
	"sync"
	"sync/atomic"

	"stresstester/core/problem"
)

// finding is a test that did not pass, after confirmation.
type finding struct {
	trial
	judgement
	flaky bool
	// note is a sentence about the confirmation, for flaky findings.
	note string

	input, expected, actual, stderr, transcript []byte
	original                                    []byte
	oracleRuns                                  int
	minimality                                  string
	location                                    *problem.Location
	testCase                                    *problem.Case
}

// collector gathers findings in any order and keeps what does not depend on that
// order: the lowest-numbered ones. Once enough are known, no test above the
// highest of them needs to run, while every test below has been or is being run.
type collector struct {
	want int

	mu       sync.Mutex
	findings []*finding
	// horizon is the number of the first test that need not run any more.
	horizon atomic.Int64
	count   atomic.Int64
}

func newCollector(want int) *collector {
	c := &collector{want: max(want, 1)}
	c.horizon.Store(math.MaxInt64)
	return c
}

// needs reports whether the test with that number can still matter.
func (c *collector) needs(number int) bool { return int64(number) < c.horizon.Load() }

func (c *collector) add(f *finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.findings = append(c.findings, f)
	failures, fatal := c.settled()
	c.forget(failures, fatal)
	c.count.Store(int64(len(failures)))
	switch {
	case fatal != nil:
		c.horizon.Store(int64(fatal.number))
	case len(failures) >= c.want:
		c.horizon.Store(int64(failures[c.want-1].number))
	}
}

// settled returns the distinct failures in order, and the set-up failure that
// ended the run, unless enough failures come before it.
func (c *collector) settled() (failures []*finding, fatal *finding) {
	sort.SliceStable(c.findings, func(i, j int) bool { return c.findings[i].number < c.findings[j].number })
	type signature struct {
		input   uint64
		verdict problem.Verdict
	}
	seen := map[signature]bool{}
	for _, f := range c.findings {
		if len(failures) == c.want {
			return failures, nil
		}
		if f.verdict.SetupFailure() {
			return failures, f
		}
		s := signature{hashOf(f.input), f.verdict}
		if !seen[s] {
			seen[s] = true
			failures = append(failures, f)
		}
	}
	return failures, nil
}

// forget drops the findings that can never count: a long run may repeat a failure
// any number of times. The first of a kind stays the first, as numbers only sink.
func (c *collector) forget(failures []*finding, fatal *finding) {
	c.findings = append(c.findings[:0], failures...)
	if fatal != nil {
		c.findings = append(c.findings, fatal)
	}
}

// final is settled, for when every worker has ended.
func (c *collector) final() (failures []*finding, fatal *finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.settled()
}

var hashSeed = maphash.MakeSeed()

func hashOf(b []byte) uint64 { return maphash.Bytes(hashSeed, b) }

// observer watches the tests for signs that the set-up does not test much.
type observer struct {
	mu sync.Mutex
	// inputs counts the distinct inputs among the first generated tests.
	inputs    map[uint64]struct{}
	generated int
	// samples are a few small inputs, from which a shrinker learns the format.
	samples [][]byte
	// answer is the reference's only answer so far.
	answer    uint64
	answers   int
	different bool
}

const (
	watchedInputs  = 1000 // how many generated inputs are remembered
	repeatsWarned  = 50   // from how many tests on repeated inputs are judged
	answersToWarn  = 200  // from how many equal answers on a warning is due
	fewestDistinct = 10   // one distinct input in so many tests is too few
	samplesKept    = 40   // how many inputs are kept as samples of the format
	sampleBytes    = 4096 // how large a sample may be
)

// input notes a generated input.
func (o *observer) input(data []byte) {
	h := hashOf(data)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.generated >= watchedInputs {
		return
	}
	if o.inputs == nil {
		o.inputs = make(map[uint64]struct{}, watchedInputs)
	}
	o.generated++
	if _, known := o.inputs[h]; !known {
		o.keep(data)
	}
	o.inputs[h] = struct{}{}
}

// keep keeps a small input as a sample, while there are not enough.
func (o *observer) keep(data []byte) {
	if len(o.samples) < samplesKept && len(data) <= sampleBytes {
		o.samples = append(o.samples, bytes.Clone(data))
	}
}

// sample notes an input that was made to learn from, and not for a test.
func (o *observer) sample(data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !slices.ContainsFunc(o.samples, func(s []byte) bool { return bytes.Equal(s, data) }) {
		o.keep(data)
	}
}

// enough reports whether there are as many samples as are kept.
func (o *observer) enough() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.samples) >= samplesKept
}

// settled reports whether neither input nor reply need be told any more, so that
// the hot loop can stop computing hashes.
func (o *observer) settled() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.generated >= watchedInputs && (o.different || o.answers > 100*answersToWarn)
}

// reply notes the reference's answer.
func (o *observer) reply(data []byte) {
	h := hashOf(data)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.answers == 0 {
		o.answer = h
	} else if o.answer != h {
		o.different = true
	}
	o.answers++
}
