package spec

import "math"

// The ends of what limits can say; they stand for "any number".
const (
	lowest  = math.MinInt64
	highest = math.MaxInt64
)

// limits bounds the value of a number without knowing the input: the value is
// never below lo nor above hi. It saturates at lowest and highest.
func limits(e *expr) (lo, hi int64) {
	if e.typ != typeNumber {
		return lowest, highest
	}
	switch e.op {
	case opNumber:
		return e.num, e.num
	case opName:
		if e.sym != nil && (e.sym.kind == symbolLet || e.sym.kind == symbolField) {
			return e.sym.lo, e.sym.hi
		}
		if e.sym != nil && e.sym.kind == symbolIndex {
			return 1, highest
		}
	case opNegate:
		lo, hi = limits(e.args[0])
		return saturatedNegate(hi), saturatedNegate(lo)
	case opAdd:
		a, b := limits(e.args[0])
		c, d := limits(e.args[1])
		return saturatedAdd(a, c), saturatedAdd(b, d)
	case opSubtract:
		a, b := limits(e.args[0])
		c, d := limits(e.args[1])
		return saturatedAdd(a, saturatedNegate(d)), saturatedAdd(b, saturatedNegate(c))
	case opMultiply:
		return limitsOfProduct(e)
	case opIndex:
		if base := e.args[0]; base.op == opName && base.sym != nil && base.sym.field != nil {
			return base.sym.field.typ.elementLimits()
		}
	case opCall:
		return limitsOfCall(e)
	}
	return lowest, highest
}

func limitsOfProduct(e *expr) (lo, hi int64) {
	a, b := limits(e.args[0])
	c, d := limits(e.args[1])
	lo, hi = saturatedMultiply(a, c), saturatedMultiply(a, c)
	for _, p := range []int64{saturatedMultiply(a, d), saturatedMultiply(b, c), saturatedMultiply(b, d)} {
		lo, hi = min(lo, p), max(hi, p)
	}
	return lo, hi
}

func limitsOfCall(e *expr) (lo, hi int64) {
	switch {
	case e.name == "len" && e.args[0].op == opName && e.args[0].typ == typeText && e.args[0].sym.field.typ.length != nil:
		length := e.args[0].sym.field.typ.length
		lo, _ = limits(length.lo)
		_, hi = limits(length.hi)
		return max(lo, 0), hi
	case e.name == "len" || e.name == "count" || e.name == "abs" || e.name == "gcd":
		return 0, highest
	case len(e.args) < 2 || e.name != "min" && e.name != "max":
		return lowest, highest
	}
	lo, hi = limits(e.args[0])
	for _, a := range e.args[1:] {
		l, h := limits(a)
		if e.name == "min" {
			lo, hi = min(lo, l), min(hi, h)
		} else {
			lo, hi = max(lo, l), max(hi, h)
		}
	}
	return lo, hi
}

// limits bounds a scalar of the type.
func (t *typ) limits() (lo, hi int64) {
	if t.word == nil || !t.scalar() {
		return lowest, highest
	}
	return t.elementLimits()
}

// elementLimits bounds an element of an array of the type.
func (t *typ) elementLimits() (lo, hi int64) {
	switch {
	case t.kind == kindPerm || t.kind == kindParents:
		return min(t.base, t.root), highest
	case t.kind != kindInt && t.kind != kindFloat || len(t.ranges) == 0:
		return lowest, highest
	}
	lo, hi = highest, lowest
	for _, r := range t.ranges {
		l, _ := limits(r.lo)
		_, h := limits(r.hi)
		lo, hi = min(lo, l), max(hi, h)
	}
	return lo, hi
}

// sumLimits bounds the sum of an array of the type.
func (t *typ) sumLimits() (lo, hi int64) {
	least, most := int64(1), int64(1)
	for _, d := range t.dims {
		l, h := limits(d)
		least, most = saturatedMultiply(least, max(l, 0)), saturatedMultiply(most, max(h, 0))
	}
	l, h := t.elementLimits()
	return min(saturatedMultiply(least, l), saturatedMultiply(most, l)), max(saturatedMultiply(least, h), saturatedMultiply(most, h))
}

// The saturated operations treat lowest and highest as infinities.

func saturatedNegate(a int64) int64 {
	if a == lowest {
		return highest
	}
	if a == highest {
		return lowest
	}
	return -a
}

func saturatedAdd(a, b int64) int64 {
	switch {
	case a == lowest || b == lowest:
		return lowest
	case a == highest || b == highest:
		return highest
	}
	c := a + b
	if (c > a) != (b > 0) && b != 0 {
		if b > 0 {
			return highest
		}
		return lowest
	}
	return c
}

func saturatedMultiply(a, b int64) int64 {
	if a == 0 || b == 0 {
		return 0
	}
	infinite := a == lowest || a == highest || b == lowest || b == highest
	if c, ok := multiply(a, b); ok && !infinite {
		return c
	}
	if (a < 0) != (b < 0) {
		return lowest
	}
	return highest
}
