package spec

import (
	"bytes"
	"fmt"
	"math"
	"sync"
)

// Violation says where and why an input does not follow the spec.
//
//nolint:errname // it is the verdict on an input; that it can also be an error comes second.
type Violation struct {
	// Line and Column count from 1, Column in bytes; Offset counts from 0.
	Line, Column, Offset int
	// Length is the number of bytes at fault; 0 where something is missing.
	Length int
	// Message is one sentence for people, with the values at fault.
	Message string
	// Field is the name of the field at fault; empty where there is none.
	Field string
	// Spec is the part of the spec that was violated.
	Spec Span
}

// Error is "line:column: message".
func (v *Violation) Error() string {
	return fmt.Sprintf("%d:%d: %s", v.Line, v.Column, v.Message)
}

// Validate judges an input. White space at the end of a line and empty lines at
// the end of the input are forgiven, as is a missing last line break; everything
// else must be as the spec says, with one space between what shares a line. It
// returns the first violation in the order of the input, or nil.
func (s *Spec) Validate(input []byte) *Violation {
	if err := s.errors.Err(); err != nil {
		return &Violation{Line: 1, Column: 1, Message: "the spec itself has mistakes: " + s.errors[0].Error()}
	}
	r := newReader(s, input)
	defer r.release()
	r.read()
	return r.violation
}

// reader turns an input into records and judges it on the way.
type reader struct {
	env
	spec      *Spec
	in        []byte
	at        int
	lineStart int // offset of the current line, to tell "line ends" apart
	store     store
	allowed   []allowed
	violation *Violation
	graph     graphChecker
}

var readers = sync.Pool{New: func() any { return &reader{} }}

func newReader(s *Spec, input []byte) *reader {
	r := readers.Get().(*reader)
	r.env, r.spec, r.in, r.at, r.lineStart, r.violation = newEnv(s), s, input, 0, 0, nil
	return r
}

func (r *reader) release() {
	r.spec, r.in, r.frames = nil, nil, nil
	r.store.reset()
	if !r.store.heavy() {
		readers.Put(r)
	}
}

// read reads the whole input. The record is complete only without a violation.
func (r *reader) read() *record {
	rec := r.store.record(r.spec.body)
	if len(r.in) > math.MaxInt32 {
		r.fail(0, 0, "", Span{}, "the input is larger than 2 GiB")
		return rec
	}
	if r.block(r.spec.body, rec) && r.violation == nil {
		r.end()
	}
	return rec
}

func (r *reader) end() {
	for r.at < len(r.in) && isSpace(r.in[r.at]) {
		r.at++
	}
	if r.at < len(r.in) {
		r.fail(r.at, r.tokenEnd()-r.at, "", Span{}, "the input should end here, and %s follows", r.found())
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// fail reports a violation and returns false.
func (r *reader) fail(offset, length int, field string, at Span, format string, args ...any) bool {
	p := position(r.in, offset)
	r.violation = &Violation{Line: p.Line, Column: p.Column, Offset: p.Offset, Length: length,
		Message: fmt.Sprintf(format, args...), Field: field, Spec: at}
	return false
}

// failArithmetic reports that an expression could not be computed.
func (r *reader) failArithmetic(f *field) bool {
	return r.fail(r.at, 0, f.name, f.typ.span, "`%s` is impossible here: %s", f.name, r.trouble)
}

// tokenEnd is the end of the token that begins here.
func (r *reader) tokenEnd() int {
	i := r.at
	for i < len(r.in) && !isSpace(r.in[i]) {
		i++
	}
	return i
}

// found describes what stands here.
func (r *reader) found() string {
	switch {
	case r.at >= len(r.in):
		return "the end of the input"
	case r.in[r.at] == '\n' || r.in[r.at] == '\r':
		return "the end of the line"
	case isSpace(r.in[r.at]):
		return "a space"
	}
	return quoteShort(r.in[r.at:r.tokenEnd()])
}

func quoteShort(text []byte) string {
	if len(text) > 40 {
		return fmt.Sprintf("%q…", text[:40])
	}
	return fmt.Sprintf("%q", text)
}

func (r *reader) block(b *block, rec *record) bool {
	r.frames[b.depth] = rec
	for _, s := range b.stmts {
		ok := true
		switch s := s.(type) {
		case *lineStmt:
			ok = r.line(s, rec)
		case *repeatStmt:
			ok = r.repeat(s, rec)
		case *unionStmt:
			ok = r.union(s, rec)
		case *whereStmt:
			for _, c := range s.conditions {
				ok = ok && r.condition(c)
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

func (r *reader) line(s *lineStmt, rec *record) bool {
	r.lineStart = r.at
	if f := s.items[0].field; f != nil && f.typ.ownLines() {
		return r.field(f, &rec.vals[f.slot], false)
	}
	for i := range s.items {
		it := &s.items[i]
		if it.field == nil {
			if !r.literal(it) {
				return false
			}
		} else if !r.field(it.field, &rec.vals[it.field.slot], i < len(s.items)-1) {
			return false
		}
	}
	return r.endLine()
}

// separate takes the space before what shares a line with something before it.
func (r *reader) separate() bool {
	if r.at == r.lineStart {
		return true
	}
	if r.at >= len(r.in) || r.in[r.at] != ' ' {
		return false
	}
	r.at++
	return true
}

// endLine takes the line's end; the last line may lack its break.
func (r *reader) endLine() bool {
	i := r.at
	for i < len(r.in) && (r.in[i] == ' ' || r.in[i] == '\t' || r.in[i] == '\r') {
		i++
	}
	switch {
	case i >= len(r.in):
		r.at = i
	case r.in[i] == '\n':
		r.at = i + 1
	default:
		r.at = i
		return r.fail(i, r.tokenEnd()-i, "", Span{}, "the line should end here, and %s follows", r.found())
	}
	r.lineStart = r.at
	return true
}

func (r *reader) literal(it *item) bool {
	if it.literal == "" {
		return true
	}
	start := r.at
	if r.separate() && bytes.HasPrefix(r.in[r.at:], []byte(it.literal)) {
		end := r.at + len(it.literal)
		if end == len(r.in) || isSpace(r.in[end]) {
			r.at = end
			return true
		}
	}
	if r.at == start && r.at < len(r.in) && r.in[r.at] == ' ' {
		r.at++
	}
	return r.fail(r.at, r.tokenEnd()-r.at, "", it.span, "expected %q, not %s", it.literal, r.found())
}

func (r *reader) repeat(s *repeatStmt, rec *record) bool {
	v := &rec.vals[s.slot]
	v.pos = int32(r.at)
	count := int64(math.MaxInt64)
	if s.count != nil {
		if count = r.number(s.count); r.trouble != "" || count < 0 {
			return r.failCount(s, count)
		}
	}
	most := int64(0)
	if s.limit != nil {
		if most = r.number(s.limit.hi); r.trouble != "" {
			return r.failCount(s, most)
		}
	}
	seen := make([]seenValues, len(s.uniques))
	var recs []*record
	for i := int64(0); i < count; i++ {
		if s.limit != nil && r.repetitionEnds(s) {
			break
		}
		start := r.at
		if s.limit != nil && i == most {
			return r.fail(r.at, r.tokenEnd()-r.at, "", s.limit.span, "there are more than %s", plural(int(most), "repetition"))
		}
		if !r.step() {
			return r.fail(r.at, 0, "", s.span, "%s", r.trouble)
		}
		one := r.store.record(s.body)
		if s.index != nil {
			one.vals[s.index.slot].num = i + 1
		}
		recs = append(recs, one)
		one.start = int32(start)
		if !r.block(s.body, one) {
			return false
		}
		one.end = int32(r.at)
		if s.limit != nil && r.at == start {
			return r.fail(r.at, 0, "", s.limit.span, "the repetition is empty, so that there is no telling how often it is repeated")
		}
		for j, u := range s.uniques {
			if !seen[j].add(u, one) {
				return r.failUnique(u, one)
			}
		}
	}
	if s.limit != nil {
		if least := r.number(s.limit.lo); int64(len(recs)) < least || r.trouble != "" {
			return r.fail(r.at, 0, "", s.limit.span, "there should be at least %s, and %d came", plural(int(least), "repetition"), len(recs))
		}
	}
	r.store.more(v).recs = recs
	return true
}

func (r *reader) failCount(s *repeatStmt, n int64) bool {
	at := s.span
	if r.trouble != "" {
		return r.fail(r.at, 0, "", at, "the number of repetitions cannot be computed: %s", r.trouble)
	}
	return r.fail(r.at, 0, "", at, "the number of repetitions is negative: %d", n)
}

// repetitionEnds reports whether a repetition without a count is over.
func (r *reader) repetitionEnds(s *repeatStmt) bool {
	if s.next == "" {
		return len(bytes.TrimSpace(r.in[r.at:])) == 0
	}
	rest := r.in[r.at:]
	return bytes.HasPrefix(rest, []byte(s.next)) && (len(rest) == len(s.next) || isSpace(rest[len(s.next)]))
}

func (r *reader) union(s *unionStmt, rec *record) bool {
	v := &rec.vals[s.slot]
	v.pos = int32(r.at)
	chosen := -1
	for i, a := range s.alts {
		rest := r.in[r.at:]
		if bytes.HasPrefix(rest, []byte(a.tag)) && (len(rest) == len(a.tag) || isSpace(rest[len(a.tag)])) {
			if chosen < 0 || len(a.tag) > len(s.alts[chosen].tag) {
				chosen = i
			}
		}
	}
	if chosen < 0 {
		var tags []string
		for _, a := range s.alts {
			tags = append(tags, fmt.Sprintf("%q", a.tag))
		}
		return r.fail(r.at, r.tokenEnd()-r.at, "", s.span, "expected %s, not %s", list(tags, "or"), r.found())
	}
	v.num = int64(chosen)
	one := r.store.record(s.alts[chosen].body)
	row := r.store.rows.take(1)
	row[0] = one
	r.store.more(v).recs = row
	return r.block(s.alts[chosen].body, one)
}

// field reads one field's value and judges it by its type.
func (r *reader) field(f *field, v *value, followed bool) bool {
	t := f.typ
	switch {
	case t.scalar():
		return r.scalar(f, v)
	case t.scalarText():
		return r.word(f, v, followed)
	case t.texts():
		return r.texts(f, v)
	}
	return r.numbers(f, v) && r.structure(f, v)
}

func (r *reader) scalar(f *field, v *value) bool {
	if !r.separate() {
		return r.missing(f, "")
	}
	v.pos = int32(r.at)
	n, ok := r.numeral(f, "")
	if !ok {
		return false
	}
	v.num = n
	for _, rng := range f.typ.ranges {
		b := r.rangeOf(rng)
		if b.lo <= n && n <= b.hi && r.trouble == "" {
			return true
		}
	}
	if r.trouble != "" {
		return r.failArithmetic(f)
	}
	r.allowed = r.columns(f.typ, r.allowed)
	return r.outside(f, int(v.pos), n, r.allowed[0], f.typ.ranges, "")
}

// missing reports what stands where a field should be. The element, where there
// is one, reads "[3]".
func (r *reader) missing(f *field, element string) bool {
	if r.at < len(r.in) && r.in[r.at] == ' ' && r.at > r.lineStart && r.in[r.at-1] != ' ' {
		r.at++
	}
	switch r.found() {
	case "the end of the line", "the end of the input":
		return r.fail(r.at, 0, f.name, f.typ.span, "%s stands where `%s%s` is expected", r.found(), f.name, element)
	case "a space":
		return r.fail(r.at, 1, f.name, f.typ.span, "a space stands where `%s%s` is expected; one space parts what shares a line", f.name, element)
	}
	return r.fail(r.at, r.tokenEnd()-r.at, f.name, f.typ.span, "expected `%s%s`, not %s", f.name, element, r.found())
}

// outside reports a number that is not in its ranges.
func (r *reader) outside(f *field, offset int, n int64, a allowed, ranges []*rangeExpr, element string) bool {
	written := make([]string, len(a))
	for i, b := range a {
		written[i] = r.boundText(f.typ, b)
		if i < len(ranges) && (constant(ranges[i].lo) == nil || constant(ranges[i].hi) == nil) {
			written[i] = fmt.Sprintf("%s, which is %s here", r.sourceText(ranges[i].span), written[i])
		}
	}
	length := 0
	for offset+length < len(r.in) && !isSpace(r.in[offset+length]) {
		length++
	}
	at := f.typ.span
	if len(ranges) > 0 {
		at = ranges[0].span.to(ranges[len(ranges)-1].span)
	}
	return r.fail(offset, length, f.name, at, "`%s%s` is %s, outside %s", f.name, element, r.numberText(f.typ, n), list(written, "and"))
}

func (r *reader) boundText(t *typ, b bound) string {
	if b.lo == b.hi {
		return r.numberText(t, b.lo)
	}
	return r.numberText(t, b.lo) + ".." + r.numberText(t, b.hi)
}

func (r *reader) numberText(t *typ, n int64) string {
	if t.kind == kindFloat {
		return string(appendDecimal(nil, n, &typ{digits: t.digits}))
	}
	return fmt.Sprint(n)
}

func (r *reader) sourceText(s Span) string {
	return string(bytes.Join(bytes.Fields(r.spec.source[s.Start.Offset:s.End.Offset]), []byte(" ")))
}

// numeral reads a number in its plain form: no plus sign, no leading zeros.
func (r *reader) numeral(f *field, element string) (int64, bool) {
	if f.typ.kind == kindFloat {
		return r.decimal(f, element)
	}
	i := r.at
	negative := i < len(r.in) && r.in[i] == '-'
	if negative {
		i++
	}
	first := i
	var u uint64
	for i < len(r.in) && r.in[i]-'0' <= 9 {
		u = u*10 + uint64(r.in[i]-'0')
		i++
	}
	plain := i > first && (i == len(r.in) || isSpace(r.in[i])) && (r.in[first] != '0' || i == first+1 && !negative)
	if !plain || i-first > 18 {
		return r.slowNumeral(f, element)
	}
	r.at = i
	if negative {
		return -int64(u), true
	}
	return int64(u), true
}

// slowNumeral reads numbers of 19 digits and explains what is no number.
func (r *reader) slowNumeral(f *field, element string) (int64, bool) {
	token := r.in[r.at:r.tokenEnd()]
	if len(token) == 0 {
		return 0, r.missing(f, element)
	}
	digits := bytes.TrimPrefix(token, []byte("-"))
	say := func(format string, args ...any) (int64, bool) {
		return 0, r.fail(r.at, len(token), f.name, f.typ.span, format, args...)
	}
	for _, c := range digits {
		if !isDigit(c) {
			return say("`%s%s` is a whole number, and %s is none", f.name, element, quoteShort(token))
		}
	}
	switch {
	case len(digits) == 0:
		return say("`%s%s` is a whole number, and %s is none", f.name, element, quoteShort(token))
	case digits[0] == '0':
		return say("`%s%s` is written %s; numbers have no needless zeros or signs in front", f.name, element, quoteShort(token))
	}
	num, scale, ok := parseNumber(string(digits))
	if !ok || scale != 0 || len(digits) > 19 {
		return say("`%s%s` is %s, which does not fit in 64 bits", f.name, element, quoteShort(token))
	}
	r.at += len(token)
	if len(digits) < len(token) {
		num = -num
	}
	return num, true
}

// decimal reads a number with decimals, scaled by 10^digits.
func (r *reader) decimal(f *field, element string) (int64, bool) {
	token := r.in[r.at:r.tokenEnd()]
	if len(token) == 0 {
		return 0, r.missing(f, element)
	}
	say := func(format string, args ...any) (int64, bool) {
		return 0, r.fail(r.at, len(token), f.name, f.typ.span, format, args...)
	}
	unsigned := bytes.TrimPrefix(token, []byte("-"))
	whole, fraction, dotted := bytes.Cut(unsigned, []byte("."))
	for _, c := range append(append([]byte{}, whole...), fraction...) {
		if !isDigit(c) {
			return say("`%s%s` is a decimal number, and %s is none", f.name, element, quoteShort(token))
		}
	}
	switch {
	case len(whole) == 0 || dotted && len(fraction) == 0:
		return say("`%s%s` is a decimal number with digits on both sides of the point, and %s is none", f.name, element, quoteShort(token))
	case len(whole) > 1 && whole[0] == '0':
		return say("`%s%s` is written %s; numbers have no needless zeros in front", f.name, element, quoteShort(token))
	case len(fraction) > f.typ.digits:
		return say("`%s%s` has %s behind the point, and %d are allowed", f.name, element, plural(len(fraction), "digit"), f.typ.digits)
	case len(fraction) < f.typ.minDigits:
		return say("`%s%s` has %s behind the point, and there should be at least %d", f.name, element, plural(len(fraction), "digit"), f.typ.minDigits)
	}
	var n int64
	for i := range len(whole) + f.typ.digits {
		digit := int64(0)
		if i < len(whole) {
			digit = int64(whole[i] - '0')
		} else if i-len(whole) < len(fraction) {
			digit = int64(fraction[i-len(whole)] - '0')
		}
		if n > (math.MaxInt64-digit)/10 {
			return say("`%s%s` is %s, which does not fit in 64 bits", f.name, element, quoteShort(token))
		}
		n = n*10 + digit
	}
	r.at += len(token)
	if len(unsigned) < len(token) {
		n = -n
	}
	return n, true
}

// numbers reads a list of numbers in its rows and checks each one's range.
func (r *reader) numbers(f *field, v *value) bool {
	t := f.typ
	rows := r.rows(t, math.MaxInt64)
	v.num = r.innermost(t)
	r.allowed = r.columns(t, r.allowed)
	v.pos = int32(r.at)
	if r.trouble != "" {
		return r.failArithmetic(f)
	}
	width := int64(t.width())
	count := saturatedMultiply(rows, width)
	if count == 0 {
		r.store.more(v)
		return true
	}
	// Each number takes two bytes at least, so no more than these can follow.
	numbers := r.store.list(v, int(min(count, int64(len(r.in)-r.at)/2+1)))
	own, perLine := t.ownLines(), int64(t.itemsPerLine(v))
	for k := int64(0); k < count; k++ {
		if !r.separate() {
			return r.missing(f, t.element(v, k))
		}
		if k == 0 {
			v.pos = int32(r.at)
		}
		at := r.at
		n, ok := r.numeralOf(f, v, k)
		if !ok {
			return false
		}
		numbers[k] = n
		if a := r.allowed[k%width]; !a.contains(n) {
			return r.outside(f, at, n, a, t.rangesOf(int(k%width)), t.element(v, k))
		}
		if own && (k%perLine == perLine-1 || k == count-1) && !r.endLine() {
			return false
		}
	}
	return true
}

// numeralOf reads the k-th number, naming it only where something is wrong.
func (r *reader) numeralOf(f *field, v *value, k int64) (int64, bool) {
	n, ok := r.numeral(f, "")
	if ok {
		return n, true
	}
	r.violation = nil
	return r.numeral(f, f.typ.element(v, k))
}

// rangesOf are the written ranges of a column, for messages.
func (t *typ) rangesOf(column int) []*rangeExpr {
	switch {
	case t.kind == kindPoint:
		return []*rangeExpr{t.coordinate(column)}
	case (t.kind == kindTree || t.kind == kindGraph) && column >= 2:
		return []*rangeExpr{t.weights[column-2]}
	}
	return t.ranges
}

// element names the k-th number of a value: "[3]", "[2][1]", or the line of an
// edge, an interval or a point.
func (t *typ) element(v *value, k int64) string {
	width := int64(t.width())
	switch {
	case width > 1 && len(t.dims) == 0 && t.kind != kindTree && t.kind != kindGraph:
		return ""
	case width > 1:
		return fmt.Sprintf("[%d]", k/width+1)
	case len(t.dims) == 2 && v.num > 0:
		return fmt.Sprintf("[%d][%d]", k/v.num+1, k%v.num+1)
	}
	return fmt.Sprintf("[%d]", k+1)
}

// word reads a single text.
func (r *reader) word(f *field, v *value, followed bool) bool {
	length := r.rangeOf(f.typ.length)
	if r.trouble != "" {
		return r.failArithmetic(f)
	}
	v.pos = int32(r.at)
	if length.hi == 0 || length.lo <= 0 && !followed && r.lineEnds() {
		r.store.more(v)
		return length.lo <= 0 && length.hi >= 0 || r.missing(f, "")
	}
	if !r.separate() {
		return r.missing(f, "")
	}
	v.pos = int32(r.at)
	text, ok := r.piece(f, length, "")
	if ok {
		copy(r.store.text(v, len(text)), text)
	}
	return ok
}

// lineEnds reports whether nothing more stands on this line.
func (r *reader) lineEnds() bool {
	for i := r.at; i < len(r.in); i++ {
		switch r.in[i] {
		case '\n':
			return true
		case ' ', '\t', '\r':
		default:
			return false
		}
	}
	return true
}

// piece reads a text and judges its length and characters.
func (r *reader) piece(f *field, length bound, element string) ([]byte, bool) {
	t := f.typ
	start := r.at
	end := start
	for end < len(r.in) && r.in[end] != '\n' && (!isSpace(r.in[end]) || t.member[r.in[end]]) {
		end++
	}
	if t.member[' '] && int64(end-start) > length.hi {
		// Spaces beyond the length are space at the end of the line.
		for end > start && r.in[end-1] == ' ' && int64(end-start) > length.hi {
			end--
		}
	}
	text := r.in[start:end]
	if len(text) == 0 && length.lo > 0 {
		return nil, r.missing(f, element)
	}
	for i, c := range text {
		if !t.member[c] {
			return nil, r.fail(start+i, 1, f.name, t.span, "`%s%s` has the character %q, which is not in its alphabet", f.name, element, c)
		}
	}
	if n := int64(len(text)); n < length.lo || n > length.hi {
		return nil, r.fail(start, len(text), f.name, t.span, "`%s%s` has length %d, and it should be %s", f.name, element, n, r.boundText(&typ{}, length))
	}
	if c := t.onceViolated(text); c != 0 && len(t.dims) == 0 && t.kind == kindString {
		return nil, r.fail(start, len(text), f.name, t.spans["once"], "`%s` has %d of the character %q, and there should be exactly one", f.name, bytes.Count(text, []byte{c}), c)
	}
	r.at = end
	return text, true
}

// onceViolated is a character that does not occur exactly once, or 0.
func (t *typ) onceViolated(text []byte) byte {
	for _, c := range t.once {
		if bytes.Count(text, []byte{c}) != 1 {
			return c
		}
	}
	return 0
}

// texts reads an array of texts or a grid.
func (r *reader) texts(f *field, v *value) bool {
	t := f.typ
	rows := r.rows(t, math.MaxInt64)
	v.num = r.innermost(t)
	var length bound
	if t.kind == kindGrid {
		columns := r.number(t.args[1])
		length = bound{columns, columns}
	} else {
		length = r.rangeOf(t.length)
	}
	v.pos = int32(r.at)
	if r.trouble == "" && length.hi < 0 {
		r.env.fail("the length is %d", length.hi)
	}
	if r.trouble != "" {
		return r.failArithmetic(f)
	}
	m := r.store.more(v)
	own, perLine := t.ownLines(), int64(t.itemsPerLine(v))
	if length.hi == 0 && !own && rows <= maxNumbers {
		r.store.list(v, int(rows))
		return r.textStructure(f, v)
	}
	for k := range rows {
		if length.hi > 0 && !r.separate() {
			return r.missing(f, t.element(v, k))
		}
		if k == 0 {
			v.pos = int32(r.at)
		}
		if r.at >= len(r.in) && k > 0 {
			return r.missing(f, t.element(v, k))
		}
		text, ok := r.piece(f, length, t.element(v, k))
		if !ok {
			return false
		}
		m.text = append(m.text, text...)
		m.list = append(m.list, int64(len(m.text)))
		if own && (k%perLine == perLine-1 || k == rows-1) && !r.endLine() {
			return false
		}
	}
	return r.textStructure(f, v)
}
