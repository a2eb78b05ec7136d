package spec

// affine writes an expression as k*s + c, where s is the symbol's value and
// everything else keeps its present value. It reports false where that is not
// possible.
func (v *env) affine(e *expr, s *symbol) (k, c int64, ok bool) {
	switch {
	case occurrences(e, s) == 0:
		c = v.number(e)
		ok = v.trouble == ""
		v.trouble = ""
		return 0, c, ok
	case e.op == opName && e.sym == s:
		return 1, 0, true
	case e.op == opName && e.sym.kind == symbolLet:
		return v.affine(e.sym.value, s)
	case e.op == opNegate:
		k, c, ok = v.affine(e.args[0], s)
		return -k, -c, ok
	case e.op != opAdd && e.op != opSubtract && e.op != opMultiply:
		return 0, 0, false
	}
	k1, c1, ok1 := v.affine(e.args[0], s)
	k2, c2, ok2 := v.affine(e.args[1], s)
	if !ok1 || !ok2 {
		return 0, 0, false
	}
	switch {
	case e.op == opAdd:
		return k1 + k2, c1 + c2, true
	case e.op == opSubtract:
		return k1 - k2, c1 - c2, true
	case k1 == 0:
		return saturatedMultiply(c1, k2), saturatedMultiply(c1, c2), true
	case k2 == 0:
		return saturatedMultiply(c2, k1), saturatedMultiply(c2, c1), true
	}
	return 0, 0, false
}
