package spec

import "math"

// print appends the input that a record of the whole spec stands for.
func (s *Spec) print(dst []byte, rec *record) []byte { return printBlock(dst, s.body, rec) }

func printBlock(dst []byte, b *block, rec *record) []byte {
	for _, s := range b.stmts {
		switch s := s.(type) {
		case *lineStmt:
			dst = printLine(dst, s, rec)
		case *repeatStmt:
			for _, r := range rec.vals[s.slot].recs() {
				dst = printBlock(dst, s.body, r)
			}
		case *unionStmt:
			if v := &rec.vals[s.slot]; len(v.recs()) > 0 {
				dst = printBlock(dst, s.alts[v.num].body, v.recs()[0])
			}
		}
	}
	return dst
}

func printLine(dst []byte, s *lineStmt, rec *record) []byte {
	if f := s.items[0].field; f != nil && f.typ.ownLines() {
		return printValue(dst, f.typ, &rec.vals[f.slot])
	}
	start := len(dst)
	for _, it := range s.items {
		mark := len(dst)
		if mark > start {
			dst = append(dst, ' ')
		}
		written := len(dst)
		if it.field == nil {
			dst = append(dst, it.literal...)
		} else {
			dst = printValue(dst, it.field.typ, &rec.vals[it.field.slot])
		}
		if len(dst) == written {
			// What is empty takes no space before it.
			dst = dst[:mark]
		}
	}
	return append(dst, '\n')
}

// printValue writes a value: without a line break where it shares its line, each
// line with its break where it has lines of its own.
func printValue(dst []byte, t *typ, v *value) []byte {
	switch {
	case t.kind == kindFloat && t.scalar():
		return appendDecimal(dst, v.num, t)
	case t.scalar():
		return appendInt(dst, v.num)
	case t.scalarText():
		return append(dst, v.text()...)
	case t.texts():
		return printTexts(dst, t, v)
	}
	return printNumbers(dst, t, v)
}

// perLine is the number of a value's numbers or texts that stand on one line;
// the last line of a value that shares its line has no break.
func (t *typ) itemsPerLine(v *value) int {
	switch {
	case t.perLine == layoutLines:
		return t.width()
	case t.perLine == layoutInline:
		return math.MaxInt
	case t.kind == kindGrid:
		return 1
	case len(t.dims) > 1 && t.width() == 1:
		return max(1, int(v.num))
	case t.kind == kindTree || t.kind == kindGraph || t.width() > 1 && len(t.dims) > 0:
		return t.width()
	}
	return math.MaxInt
}

func printNumbers(dst []byte, t *typ, v *value) []byte {
	perLine, own := t.itemsPerLine(v), t.ownLines()
	list := v.list()
	for len(list) > 0 {
		row := list[:min(perLine, len(list))]
		list = list[len(row):]
		for i, n := range row {
			if i > 0 {
				dst = append(dst, ' ')
			}
			if t.kind == kindFloat {
				dst = appendDecimal(dst, n, t)
			} else {
				dst = appendInt(dst, n)
			}
		}
		if own {
			dst = append(dst, '\n')
		}
	}
	return dst
}

func printTexts(dst []byte, t *typ, v *value) []byte {
	perLine, own := t.itemsPerLine(v), t.ownLines()
	count := len(v.list())
	if !own && len(v.text()) == 0 {
		return dst // texts of length 0 take no space
	}
	for i := range count {
		if i%perLine > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, v.piece(i)...)
		if own && (i%perLine == perLine-1 || i == count-1) {
			dst = append(dst, '\n')
		}
	}
	return dst
}

// digitPairs are the texts 00 to 99.
const digitPairs = "00010203040506070809" +
	"10111213141516171819" +
	"20212223242526272829" +
	"30313233343536373839" +
	"40414243444546474849" +
	"50515253545556575859" +
	"60616263646566676869" +
	"70717273747576777879" +
	"80818283848586878889" +
	"90919293949596979899"

// appendInt is strconv.AppendInt for base 10, somewhat faster: most of the
// generator's time goes into it.
func appendInt(dst []byte, n int64) []byte {
	u := uint64(n)
	if n < 0 {
		dst = append(dst, '-')
		u = -u
	}
	if u < 10 {
		return append(dst, byte('0'+u))
	}
	var buf [20]byte
	i := len(buf)
	for u >= 1<<32 {
		q := u / 100
		r := (u - q*100) * 2
		i -= 2
		buf[i+1], buf[i] = digitPairs[r+1], digitPairs[r]
		u = q
	}
	small := uint32(u)
	for small >= 100 {
		q := small / 100
		r := (small - q*100) * 2
		i -= 2
		buf[i+1], buf[i] = digitPairs[r+1], digitPairs[r]
		small = q
	}
	if small >= 10 {
		i -= 2
		buf[i+1], buf[i] = digitPairs[small*2+1], digitPairs[small*2]
	} else {
		i--
		buf[i] = byte('0' + small)
	}
	return append(dst, buf[i:]...)
}

// appendDecimal writes a number scaled by 10^digits with as few decimals as the
// type allows.
func appendDecimal(dst []byte, n int64, t *typ) []byte {
	u := magnitude(n)
	if n < 0 {
		dst = append(dst, '-')
	}
	scale := uint64(1)
	for range t.digits {
		scale *= 10
	}
	dst = appendInt(dst, int64(u/scale))
	fraction, digits := u%scale, t.digits
	for digits > t.minDigits && fraction%10 == 0 {
		fraction /= 10
		digits--
	}
	if digits == 0 {
		return dst
	}
	dst = append(dst, '.')
	start := len(dst)
	for range digits {
		dst = append(dst, '0')
	}
	for i := len(dst) - 1; i >= start; i-- {
		dst[i] = byte('0' + fraction%10)
		fraction /= 10
	}
	return dst
}
