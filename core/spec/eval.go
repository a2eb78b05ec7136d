package spec

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
)

// env is what expressions are evaluated in: the records of the blocks around,
// by depth, and the names bound by all and any.
type env struct {
	frames []*record
	locals []int64
	// trouble is the first arithmetic mistake since it was last cleared; the
	// result is then meaningless.
	trouble string
	// steps is how much more work loops in conditions may do; see maxSteps.
	steps int
}

// maxSteps bounds the work of one input's conditions, so that a hostile spec
// cannot occupy a processor for long.
const maxSteps = 1 << 28

// step counts one turn of a loop and reports whether there may be more.
func (v *env) step() bool {
	v.steps--
	if v.steps < 0 {
		v.fail("the conditions take too long to check")
	}
	return v.trouble == ""
}

func newEnv(s *Spec) env {
	return env{frames: make([]*record, s.depth), locals: make([]int64, s.locals), steps: maxSteps}
}

func (v *env) fail(format string, args ...any) int64 {
	if v.trouble == "" {
		v.trouble = fmt.Sprintf(format, args...)
	}
	return 0
}

// value finds the value that a name stands for.
func (v *env) value(s *symbol) *value { return &v.frames[s.block.depth].vals[s.slot] }

// number evaluates a number, truth as 0 and 1.
func (v *env) number(e *expr) int64 {
	switch e.op {
	case opNumber:
		return e.num
	case opName:
		switch e.sym.kind {
		case symbolLocal:
			return v.locals[e.sym.slot]
		case symbolLet:
			return v.number(e.sym.value)
		}
		return v.value(e.sym).num
	case opNegate:
		return v.subtract(0, v.number(e.args[0]))
	case opAdd:
		return v.add(v.number(e.args[0]), v.number(e.args[1]))
	case opSubtract:
		return v.subtract(v.number(e.args[0]), v.number(e.args[1]))
	case opMultiply:
		return v.multiply(v.number(e.args[0]), v.number(e.args[1]))
	case opDivide, opModulo:
		return v.divide(e)
	case opPower:
		return v.power(v.number(e.args[0]), v.number(e.args[1]))
	case opIndex:
		return v.element(e)
	case opCall:
		return v.call(e)
	case opMaxEdges, opMinEdges:
		return v.edges(e)
	}
	if v.truth(e) {
		return 1
	}
	return 0
}

// truth evaluates a condition.
func (v *env) truth(e *expr) bool {
	switch e.op {
	case opAnd:
		return v.truth(e.args[0]) && v.truth(e.args[1])
	case opOr:
		return v.truth(e.args[0]) || v.truth(e.args[1])
	case opNot:
		return !v.truth(e.args[0])
	case opLess, opLessEqual, opGreater, opGreaterEqual, opEqual, opNotEqual:
		return v.compare(e)
	}
	return v.number(e) != 0
}

func (v *env) compare(e *expr) bool {
	var order int
	if e.args[0].typ == typeText {
		order = bytes.Compare(v.text(e.args[0]), v.text(e.args[1]))
	} else {
		a, b := v.number(e.args[0]), v.number(e.args[1])
		switch {
		case a < b:
			order = -1
		case a > b:
			order = 1
		}
	}
	switch e.op {
	case opLess:
		return order < 0
	case opLessEqual:
		return order <= 0
	case opGreater:
		return order > 0
	case opGreaterEqual:
		return order >= 0
	case opEqual:
		return order == 0
	}
	return order != 0
}

func (v *env) add(a, b int64) int64 {
	c := a + b
	if (c > a) != (b > 0) && b != 0 {
		return v.fail("%d + %d does not fit in 64 bits", a, b)
	}
	return c
}

func (v *env) subtract(a, b int64) int64 {
	c := a - b
	if (c < a) != (b > 0) && b != 0 {
		return v.fail("%d - %d does not fit in 64 bits", a, b)
	}
	return c
}

func (v *env) multiply(a, b int64) int64 {
	c, ok := multiply(a, b)
	if !ok {
		return v.fail("%d * %d does not fit in 64 bits", a, b)
	}
	return c
}

// multiply reports whether the product fits.
func multiply(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > 1<<63 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), lo < 1<<63
}

// magnitude is |a|, also for the least of all integers.
func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

// divide rounds towards minus infinity, as in mathematics and Python, and the
// remainder has the divisor's sign.
func (v *env) divide(e *expr) int64 {
	a, b := v.number(e.args[0]), v.number(e.args[1])
	if b == 0 {
		return v.fail("division by zero")
	}
	if a == math.MinInt64 && b == -1 {
		return v.fail("%d / -1 does not fit in 64 bits", a)
	}
	q, r := a/b, a%b
	if r != 0 && (r < 0) != (b < 0) {
		q, r = q-1, r+b
	}
	if e.op == opDivide {
		return q
	}
	return r
}

func (v *env) power(base, exponent int64) int64 {
	if exponent < 0 {
		return v.fail("%d ^ %d: the exponent is negative", base, exponent)
	}
	result := int64(1)
	for i := int64(0); i < exponent && v.trouble == ""; i++ {
		if base == 0 || base == 1 {
			return base
		}
		if base == -1 {
			return 1 - 2*(exponent%2)
		}
		result = v.multiply(result, base)
	}
	return result
}

// element evaluates a[i] or a[i][j].
func (v *env) element(e *expr) int64 {
	array, i := v.locate(e)
	if i < 0 {
		return 0
	}
	return array.list()[i]
}

// locate finds the array and the place in its list that an index means; -1 with
// trouble where it lies outside.
func (v *env) locate(e *expr) (*value, int64) {
	at := v.number(e.args[1])
	if e.args[0].op == opIndex {
		inner := e.args[0]
		array := v.value(inner.args[0].sym)
		row, columns := v.number(inner.args[1]), array.num
		if columns <= 0 || at < 1 || at > columns || row < 1 || row > int64(len(array.list()))/columns {
			v.fail("%s[%d][%d] lies outside", inner.args[0].name, row, at)
			return array, -1
		}
		return array, (row-1)*columns + at - 1
	}
	array := v.value(e.args[0].sym)
	if at < 1 || at > int64(len(array.list())) {
		v.fail("%s[%d] lies outside: there are %d elements", e.args[0].name, at, len(array.list()))
		return array, -1
	}
	return array, at - 1
}

// text evaluates a text.
func (v *env) text(e *expr) []byte {
	switch e.op {
	case opText:
		return []byte(e.text)
	case opName:
		return v.value(e.sym).text()
	}
	at := v.number(e.args[1])
	var whole []byte
	if base := e.args[0]; base.typ == typeText {
		whole = v.text(base)
	} else {
		array := v.value(base.sym)
		if at < 1 || at > int64(len(array.list())) {
			v.fail("%s[%d] lies outside: there are %d elements", base.name, at, len(array.list()))
			return nil
		}
		return array.piece(int(at - 1))
	}
	if at < 1 || at > int64(len(whole)) {
		v.fail("character %d lies outside: there are %d characters", at, len(whole))
		return nil
	}
	return whole[at-1 : at]
}

// call evaluates a function.
func (v *env) call(e *expr) int64 {
	switch e.name {
	case "sum", "min", "max", "count":
		if len(e.args) == 1 || e.name == "count" {
			return v.aggregate(e)
		}
		best := v.number(e.args[0])
		for _, a := range e.args[1:] {
			if n := v.number(a); (n < best) == (e.name == "min") {
				best = n
			}
		}
		return best
	case "abs":
		n := v.number(e.args[0])
		if n < 0 {
			return v.subtract(0, n)
		}
		return n
	case "gcd":
		a, b := magnitude(v.number(e.args[0])), magnitude(v.number(e.args[1]))
		for b != 0 {
			a, b = b, a%b
		}
		if a > math.MaxInt64 {
			return v.fail("the divisor does not fit in 64 bits")
		}
		return int64(a)
	case "len":
		return v.length(e.args[0])
	case "distinct":
		return v.distinct(e)
	case "all", "any":
		return v.quantifier(e)
	}
	return 1 // unique, which is judged over the repetitions
}

func (v *env) length(e *expr) int64 {
	if e.typ == typeText {
		return int64(len(v.text(e)))
	}
	t := e.sym.field.typ
	val := v.value(e.sym)
	if columns := val.num; len(t.dims) > 1 && columns > 0 {
		return int64(len(val.list())) / columns
	}
	return int64(len(val.list()) / t.width())
}

func (v *env) quantifier(e *expr) int64 {
	lo, hi := v.number(e.bound.lo), v.number(e.bound.hi)
	for i := lo; i <= hi && v.step(); i++ {
		v.locals[e.sym.slot] = i
		if v.truth(e.args[0]) != (e.name == "all") {
			if e.name == "all" {
				return 0
			}
			return 1
		}
		if i == math.MaxInt64 {
			break
		}
	}
	if e.name == "all" {
		return 1
	}
	return 0
}

func (v *env) distinct(e *expr) int64 {
	if len(e.args) == 1 {
		if repeated(v.value(e.args[0].sym).list()) >= 0 {
			return 0
		}
		return 1
	}
	for i, a := range e.args {
		for _, b := range e.args[:i] {
			if a.typ == typeText && bytes.Equal(v.text(a), v.text(b)) || a.typ != typeText && v.number(a) == v.number(b) {
				return 0
			}
		}
	}
	return 1
}

// repeated finds the first element that occurred before; -1 where there is none.
func repeated(list []int64) int {
	seen := make(map[int64]struct{}, len(list))
	for i, n := range list {
		if _, again := seen[n]; again {
			return i
		}
		seen[n] = struct{}{}
	}
	return -1
}

// aggregate evaluates sum, min, max or count over inner repetitions and arrays.
func (v *env) aggregate(e *expr) int64 {
	a := aggregation{env: v, e: e}
	switch e.name {
	case "min":
		a.result = math.MaxInt64
	case "max":
		a.result = math.MinInt64
	case "count":
		if e.args[1].typ == typeText {
			if t := v.text(e.args[1]); len(t) == 1 {
				a.wanted = int64(t[0])
			}
		} else {
			a.wanted = v.number(e.args[1])
		}
	}
	a.descend(e.chain)
	return a.result
}

type aggregation struct {
	env    *env
	e      *expr
	wanted int64
	result int64
}

// descend visits every record at the end of the chain.
func (a *aggregation) descend(chain []hop) {
	if len(chain) == 0 {
		a.leaf()
		return
	}
	h := chain[0]
	depth := h.body.depth - 1
	val := &a.env.frames[depth].vals[h.slot]
	if h.alt >= 0 && val.num != int64(h.alt) {
		return
	}
	kept := a.env.frames[depth+1]
	for _, rec := range val.recs() {
		if !a.env.step() {
			break
		}
		a.env.frames[depth+1] = rec
		a.descend(chain[1:])
	}
	a.env.frames[depth+1] = kept
}

func (a *aggregation) leaf() {
	switch arg := a.e.args[0]; arg.typ {
	case typeNumbers:
		list := a.env.value(arg.sym).list()
		a.env.steps -= len(list)
		for _, n := range list {
			a.add(n)
		}
	case typeTexts:
		for _, c := range a.env.value(arg.sym).text() {
			a.add(int64(c))
		}
	case typeText:
		for _, c := range a.env.text(arg) {
			a.add(int64(c))
		}
	default:
		a.add(a.env.number(arg))
	}
}

func (a *aggregation) add(n int64) {
	switch a.e.name {
	case "sum":
		a.result = a.env.add(a.result, n)
	case "min":
		a.result = min(a.result, n)
	case "max":
		a.result = max(a.result, n)
	default:
		if n == a.wanted {
			a.result++
		}
	}
}

// edges evaluates the least or greatest possible number of edges of a graph.
func (v *env) edges(e *expr) int64 {
	t := e.field.typ
	n := v.number(e.args[0])
	if len(t.args) == 3 {
		other := v.number(e.args[1])
		if e.op == opMinEdges {
			return t.leastEdgesTwoSided(n, other)
		}
		return t.mostEdgesTwoSided(n, other)
	}
	if e.op == opMinEdges {
		return t.leastEdges(n)
	}
	return t.mostEdges(n)
}

// anyEdges stands for "as many as wanted".
const anyEdges = math.MaxInt64

func (t *typ) leastEdges(n int64) int64 {
	switch {
	case n <= 1:
		return 0
	case t.strong:
		return n
	case t.connected:
		return n - 1
	}
	return 0
}

func (t *typ) mostEdges(n int64) int64 {
	if n <= 0 {
		return 0
	}
	if n > 1<<31 {
		return anyEdges
	}
	pairs := n * (n - 1) / 2
	if t.bipartite {
		pairs = (n / 2) * (n - n/2)
	}
	switch {
	case t.acyclic && !t.directed:
		return n - 1
	case !t.simple && pairs == 0 && (t.acyclic || t.bipartite || t.loopless):
		return 0
	case !t.simple:
		return anyEdges
	case t.directed && !t.acyclic:
		return 2 * pairs
	}
	return pairs
}

func (t *typ) leastEdgesTwoSided(a, b int64) int64 {
	if t.connected && a+b > 1 {
		if a == 0 || b == 0 {
			return anyEdges
		}
		return a + b - 1
	}
	return 0
}

func (t *typ) mostEdgesTwoSided(a, b int64) int64 {
	switch {
	case a <= 0 || b <= 0:
		return 0
	case t.acyclic:
		return a + b - 1
	case !t.simple:
		return anyEdges
	case a > 1<<31 || b > 1<<31:
		return anyEdges
	}
	return a * b
}
