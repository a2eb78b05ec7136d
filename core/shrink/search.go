package shrink

import (
	"context"
	"errors"
	"hash/maphash"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Search is one shrinking under way: it holds the smallest failing input so far
// and decides about candidates, of which it runs none twice and none without
// need. Passes ask it with Try, First, Keep and Lower and render the candidates;
// they stop when Over says so.
//
// A candidate is taken when it is smaller than Best in the order of Smaller,
// valid, and the oracle says that it fails. Everything else is refused, so a pass
// may propose carelessly: what is not smaller or was tried before costs no run.
//
// A Search is used by one goroutine. Its result is the same whatever
// Options.Width is, as long as neither the deadline nor ctx ends it: candidates
// are decided in the order in which they are proposed, and what was run ahead of
// a decision counts against the budget only once a decision makes use of it.
type Search struct {
	//nolint:containedctx // a Search lives no longer than the call that has ctx.
	ctx      context.Context
	oracle   Oracle
	options  Options
	deadline time.Time

	best  size
	known map[uint64]outcome
	seed  maphash.Seed
	// decided counts against MaxRuns, runs is all that the oracle was given.
	decided, runs int
	cause         error
}

// outcome is what is known of one candidate.
type outcome struct{ fails, decided bool }

// The reasons for which a search is over before its passes are through.
var (
	errBudget   = errors.New("budget")
	errDeadline = errors.New("deadline")
)

// NewSearch begins a search from an input that is known to fail.
func NewSearch(ctx context.Context, input []byte, oracle Oracle, o Options) *Search {
	s := &Search{
		ctx: ctx, oracle: oracle, options: o,
		best:  measure(append([]byte(nil), input...)),
		known: map[uint64]outcome{},
		seed:  maphash.MakeSeed(),
	}
	if o.Deadline > 0 {
		s.deadline = time.Now().Add(o.Deadline)
	}
	s.known[s.hash(input)] = outcome{fails: true, decided: true}
	return s
}

// Best is the smallest failing input so far. It must not be changed.
func (s *Search) Best() []byte { return s.best.text }

// Runs is the number of candidates the oracle was given so far.
func (s *Search) Runs() int { return s.runs }

// Over reports that no further candidate will be run: the budget or the time is
// used up, or ctx is done. Every question is answered with no from then on.
func (s *Search) Over() bool {
	switch {
	case s.cause != nil:
	case s.ctx.Err() != nil:
		s.cause = s.ctx.Err()
	case s.decided >= s.options.maxRuns():
		s.cause = errBudget
	case !s.deadline.IsZero() && !time.Now().Before(s.deadline):
		s.cause = errDeadline
	}
	return s.cause != nil
}

// Try takes the candidate if it is smaller, valid and fails, and reports whether
// it did. A nil candidate is refused.
func (s *Search) Try(candidate []byte) bool {
	return s.First(func(yield func([]byte) bool) { yield(candidate) }) == 0
}

// First takes the first of the candidates that can be taken, and returns its
// index among all that were proposed, or -1. Nil candidates are skipped. The
// candidates are run in batches of Options.Width, so they must not depend on one
// another.
func (s *Search) First(candidates iter.Seq[[]byte]) int {
	var batch []proposal
	unknown, index := 0, 0
	for c := range candidates {
		if s.Over() {
			return -1
		}
		p := s.propose(c, index)
		index++
		if p.status == refused {
			continue
		}
		batch = append(batch, p)
		if p.status == unknownYet {
			unknown++
		}
		// Nothing is needed after a candidate that is known to fail.
		if p.status == failing || unknown >= s.room() {
			if taken := s.decide(batch); taken >= 0 || s.cause != nil {
				return taken
			}
			batch, unknown = batch[:0], 0
		}
	}
	return s.decide(batch)
}

// Ahead runs candidates that are likely to be asked for soon, as many as fit
// beside one another, so that the questions that follow are answered at once. It
// decides nothing and counts against no budget; with a Width of 1 it does
// nothing.
func (s *Search) Ahead(candidates ...[]byte) {
	if s.options.width() == 1 || s.Over() {
		return
	}
	var batch []proposal
	for i, c := range candidates {
		if p := s.propose(c, i); p.status == unknownYet && len(batch) < s.options.width() {
			batch = append(batch, p)
		}
	}
	s.run(batch)
}

// Result ends the search. The claims are clauses that hold of Best if the passes
// came to their end, and make up a sentence when "and" joins them; where the
// search was over before, the result says so instead.
func (s *Search) Result(claims ...string) Result {
	return Result{Input: s.best.text, Runs: s.runs, Proved: s.proved(claims)}
}

func (s *Search) proved(claims []string) string {
	switch {
	case errors.Is(s.cause, errBudget):
		return "The budget of " + count(s.options.maxRuns(), "run") + " ended the search; a smaller input may exist."
	case errors.Is(s.cause, errDeadline):
		return "The time limit of " + tenths(s.options.Deadline) + " ended the search; a smaller input may exist."
	case s.cause != nil:
		return "The search was stopped; a smaller input may exist."
	case len(claims) == 0:
		return "No smaller failing input was found; none was ruled out."
	}
	return strings.Join(claims, ", and ") + "."
}

// proposal is a candidate with what is known of it before it is decided.
type proposal struct {
	size
	index  int
	key    uint64
	status status
}

type status int

const (
	refused    status = iota // not smaller, not valid, or decided before
	unknownYet               // must be run
	passing                  // run ahead: does not fail, but is not yet counted
	failing                  // run ahead: fails
)

// propose sorts out what need not be run.
func (s *Search) propose(candidate []byte, index int) proposal {
	if candidate == nil {
		return proposal{}
	}
	p := proposal{size: measure(candidate), index: index, key: s.hash(candidate)}
	if !p.smaller(s.best) {
		return p
	}
	switch o, ok := s.known[p.key]; {
	case ok && o.fails:
		p.status = failing
	case ok && !o.decided:
		p.status = passing
	case !ok && (s.options.Valid == nil || s.options.Valid(candidate)):
		p.status = unknownYet
	}
	return p
}

// decide runs what is unknown in the batch and takes the first that fails.
func (s *Search) decide(batch []proposal) int {
	if len(batch) == 0 || !s.run(batch) {
		return -1
	}
	for _, p := range batch {
		if !s.charge(p.key) {
			return -1
		}
		if s.known[p.key].fails {
			s.take(p)
			return p.index
		}
	}
	return -1
}

// run gives the unknown candidates to the oracle. It reports false when the
// answers cannot be trusted because the search was stopped meanwhile.
func (s *Search) run(batch []proposal) bool {
	var texts [][]byte
	var keys []uint64
	for _, p := range batch {
		if p.status == unknownYet && !slices.Contains(keys, p.key) {
			texts, keys = append(texts, p.text), append(keys, p.key)
		}
	}
	if len(texts) == 0 {
		return true
	}
	ctx, cancel := s.ctx, context.CancelFunc(func() {})
	if !s.deadline.IsZero() {
		ctx, cancel = context.WithDeadline(ctx, s.deadline)
	}
	defer cancel()
	answers := s.oracle(ctx, texts)
	s.runs += len(texts)
	if ctx.Err() != nil {
		s.cause = errDeadline
		if err := s.ctx.Err(); err != nil {
			s.cause = err
		}
		return false
	}
	for i, key := range keys {
		s.known[key] = outcome{fails: i < len(answers) && answers[i]}
	}
	return true
}

// charge counts a decision against the budget, once for each candidate. It
// reports false when the budget is used up.
func (s *Search) charge(key uint64) bool {
	o := s.known[key]
	if o.decided {
		return true
	}
	if s.decided >= s.options.maxRuns() {
		s.cause = errBudget
		return false
	}
	o.decided = true
	s.known[key] = o
	s.decided++
	return true
}

func (s *Search) take(p proposal) {
	p.text = append([]byte(nil), p.text...)
	s.best = p.size
	if s.options.Improved != nil {
		s.options.Improved(s.best.text, s.runs)
	}
}

// room is the number of candidates worth running at once.
func (s *Search) room() int {
	return max(1, min(s.options.width(), s.options.maxRuns()-s.decided))
}

func (s *Search) hash(text []byte) uint64 { return maphash.Bytes(s.seed, text) }

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// tenths is the duration with no more digits than a reader wants.
func tenths(d time.Duration) string {
	if d > time.Second {
		d = d.Round(time.Second / 10)
	}
	return d.String()
}
