package spec

// bound is an evaluated range; both ends belong to it.
type bound struct{ lo, hi int64 }

// allowed is a set of numbers: the union of its bounds.
type allowed []bound

func (a allowed) contains(n int64) bool {
	for _, b := range a {
		if b.lo <= n && n <= b.hi {
			return true
		}
	}
	return false
}

// columns evaluates what the numbers of a value may be, by their place in a row.
// It reuses the memory of dst. The caller checks env.trouble.
func (v *env) columns(t *typ, dst []allowed) []allowed {
	width := t.width()
	for len(dst) < width {
		dst = append(dst, nil)
	}
	dst = dst[:width]
	switch t.kind {
	case kindInt, kindFloat:
		dst[0] = v.evaluate(t.ranges, dst[0])
	case kindInterval:
		dst[0] = v.evaluate(t.ranges, dst[0])
		dst[1] = append(dst[1][:0], dst[0]...)
	case kindPoint:
		for i := range dst {
			r := t.coordinate(i)
			dst[i] = append(dst[i][:0], v.rangeOf(r))
		}
	case kindPerm, kindParents:
		n := v.number(t.args[0])
		dst[0] = append(dst[0][:0], bound{t.base, t.base + n - 1})
		if t.hasRoot {
			dst[0] = append(dst[0], bound{t.root, t.root})
		}
	case kindTree, kindGraph:
		n := v.number(t.args[0])
		dst[0] = append(dst[0][:0], bound{t.base, t.base + n - 1})
		if len(t.args) == 3 {
			n = v.number(t.args[1])
		}
		dst[1] = append(dst[1][:0], bound{t.base, t.base + n - 1})
		for i, w := range t.weights {
			dst[2+i] = append(dst[2+i][:0], v.rangeOf(w))
		}
	}
	return dst
}

func (v *env) evaluate(ranges []*rangeExpr, dst allowed) allowed {
	dst = dst[:0]
	for _, r := range ranges {
		dst = append(dst, v.rangeOf(r))
	}
	return dst
}

func (v *env) rangeOf(r *rangeExpr) bound {
	lo := v.number(r.lo)
	if r.hi == r.lo {
		return bound{lo, lo}
	}
	return bound{lo, v.number(r.hi)}
}

// rows evaluates the number of rows of a value: elements of an array, edges,
// lines of a grid. It is trouble where that is negative or more than most.
func (v *env) rows(t *typ, most int64) int64 {
	n := int64(1)
	switch t.kind {
	case kindPerm:
		n = v.number(t.args[0])
	case kindGrid:
		n = v.number(t.args[0])
	case kindTree:
		n = v.number(t.args[0]) - 1
	case kindParents:
		n = v.number(t.args[0])
		if !t.hasRoot {
			n--
		}
	case kindGraph:
		n = v.number(t.args[len(t.args)-1])
	default:
		for _, d := range t.dims {
			one := v.number(d)
			if one < 0 {
				return v.fail("the number of elements is %d", one)
			}
			n = saturatedMultiply(n, one)
		}
	}
	switch {
	case v.trouble != "":
		return 0
	case (t.kind == kindTree || t.kind == kindParents) && (n < 0 || n == 0 && t.hasRoot):
		return v.fail("a tree needs at least one vertex")
	case n < 0:
		return v.fail("the number of lines or elements is %d", n)
	case n > most:
		return v.fail("there would be %d lines or elements", n)
	}
	return n
}

// innermost evaluates the size of an array's last dimension.
func (v *env) innermost(t *typ) int64 {
	if len(t.dims) == 0 {
		return 0
	}
	return v.number(t.dims[len(t.dims)-1])
}
