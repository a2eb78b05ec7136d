package shrink

import (
	"fmt"
	"strconv"
	"strings"
)

// schema is a format: what the lines of an input are, in order. It is inferred
// from the input itself (see infer.go), so it may be narrower than the problem's
// true format, or wrong; candidates keep it all the same, because an input that
// the programs misread proves nothing.
type schema struct {
	items []item
	// variables and leaves are the numbers of variables and of leaves.
	variables, leaves int
	// words are the leaves that are words, once that is known.
	words map[int]*word
	// bounds are the variables that labels are bounded by, once that is known.
	bounds map[int]bool
}

// word is a leaf of words: by counts its letters; where nothing does, shared
// says that all words of a list are equally long.
type word struct {
	by     length
	shared bool
}

// item is one line, or a block of items that is repeated.
type item struct {
	kind   itemKind
	fields []field // of a fixed line
	leaf   int     // first leaf of a free line
	// widths is the number of tokens of a tagged line by its first token, tags
	// the leaf of that token; the next leaves are those of the tokens after it.
	widths, tags map[string]int
	by           length // of a repeat
	body         []item
}

type itemKind int

const (
	fixedLine  itemKind = iota // fields say what is in it
	taggedLine                 // its first token tells how many tokens it has
	freeLine                   // any tokens
	repeat                     // body, so many times as by says
	rest                       // all lines up to the end, whatever they are
)

// field is one token of a line, or a run of tokens.
type field struct {
	leaf int
	// variable is the number of the variable that the token's value is; -1 for
	// a run and for what is no integer.
	variable int
	run      bool
	by       length // of a run
}

// length is how often something occurs: the variable's value plus offset, times
// stride. Without a variable (-1) it is whatever there is: to the end of the
// line for a run, to the end of the text for a repeat.
type length struct {
	variable, offset, stride int
}

const noVariable = -1

func (l length) of(values []int64) int {
	n := values[l.variable] + int64(l.offset)
	if n < 0 || n > 1<<40 {
		return -1
	}
	return int(n) * l.stride
}

// tagLimit bounds the number of different first tokens of tagged lines: with
// more, the first token is a value and not a tag.
const tagLimit = 8

// reader matches a page against items. The visitor is told what is found; it may
// be nil, when only the answer counts.
type reader struct {
	page    *page
	values  []int64 // by variable, as last read
	visitor visitor
	// learning says that tags not seen before may be added to a tagged line.
	learning bool
	// work counts tokens and lines looked at, so that inference can be bounded.
	work int
}

// visitor is told the structure in the order of the text.
type visitor interface {
	// enter and leave enclose one run of a repeat; unit begins its next time.
	enter(it *item)
	unit(line int)
	leave(line int)
	// scalar, run and loose are tokens: one with a leaf, several with the same
	// leaf or, for a run with stride, leaves in turn, or those of a line without
	// fields.
	scalar(f *field, token int)
	run(f *field, first, end int)
	loose(it *item, first, end int)
}

// match reads the items from the line on, and returns the line after them.
func (r *reader) match(items []item, at int) (int, bool) {
	for i := range items {
		next, ok := r.item(&items[i], at)
		if !ok {
			return at, false
		}
		at = next
	}
	return at, true
}

func (r *reader) item(it *item, at int) (int, bool) {
	r.work++
	switch it.kind {
	case repeat:
		return r.repeat(it, at)
	case rest:
		for ; at < len(r.page.lines); at++ {
			r.loose(it, r.page.lines[at])
		}
		return at, true
	}
	if at >= len(r.page.lines) {
		// Empty lines at the end of a text are not kept as lines.
		end := len(r.page.tokens)
		return at, it.kind == fixedLine && r.fields(it.fields, line{first: end, end: end})
	}
	l := r.page.lines[at]
	switch it.kind {
	case fixedLine:
		return at + 1, r.fields(it.fields, l)
	case taggedLine:
		if !r.tagged(it, l) {
			return at, false
		}
	}
	r.loose(it, l)
	return at + 1, true
}

func (r *reader) tagged(it *item, l line) bool {
	if l.len() == 0 {
		return false
	}
	tag := string(r.page.tokens[l.first].text)
	width, ok := it.widths[tag]
	if !ok && r.learning && len(it.widths) < tagLimit {
		it.widths[tag], width = l.len(), l.len()
	}
	return width == l.len()
}

func (r *reader) loose(it *item, l line) {
	r.work += l.len()
	if r.visitor != nil {
		r.visitor.loose(it, l.first, l.end)
	}
}

func (r *reader) repeat(it *item, at int) (int, bool) {
	times := -1
	if it.by.variable != noVariable {
		if times = it.by.of(r.values); times < 0 || times > len(r.page.lines)-at {
			return at, false
		}
	}
	if r.visitor != nil {
		r.visitor.enter(it)
	}
	for ; times > 0 || times < 0 && at < len(r.page.lines); times-- {
		if r.visitor != nil {
			r.visitor.unit(at)
		}
		next, ok := r.match(it.body, at)
		if !ok || next == at {
			return at, false
		}
		at = next
	}
	if r.visitor != nil {
		r.visitor.leave(at)
	}
	return at, true
}

func (r *reader) fields(fields []field, l line) bool {
	at := l.first
	r.work += l.len()
	for i := range fields {
		f := &fields[i]
		if f.run {
			end := l.end
			if f.by.variable != noVariable {
				n := f.by.of(r.values)
				if n < 0 || n > l.end-at {
					return false
				}
				end = at + n
			}
			if r.visitor != nil {
				r.visitor.run(f, at, end)
			}
			at = end
			continue
		}
		if at == l.end {
			return false
		}
		if t := r.page.tokens[at]; f.variable != noVariable {
			// What is no number counts nothing.
			r.values[f.variable] = -2
			if t.integer {
				r.values[f.variable] = t.value
			}
		}
		if r.visitor != nil {
			r.visitor.scalar(f, at)
		}
		at++
	}
	return at == l.end
}

// String shows the schema for people who work on the shrinker, such as
// "n; n*(x x); run n".
func (s *schema) String() string {
	var out strings.Builder
	writeItems(&out, s.items)
	return out.String()
}

func writeItems(out *strings.Builder, items []item) {
	for i, it := range items {
		if i > 0 {
			out.WriteString("; ")
		}
		switch it.kind {
		case fixedLine:
			for j, f := range it.fields {
				if j > 0 {
					out.WriteByte(' ')
				}
				out.WriteString(f.String())
			}
		case taggedLine:
			fmt.Fprintf(out, "tagged %v", it.widths)
		case freeLine:
			out.WriteString("free")
		case rest:
			out.WriteString("rest")
		case repeat:
			fmt.Fprintf(out, "repeat %v { ", it.by)
			writeItems(out, it.body)
			out.WriteString(" }")
		}
	}
}

func (f field) String() string {
	switch {
	case f.run:
		return fmt.Sprintf("run %v", f.by)
	case f.variable == noVariable:
		return "word"
	}
	return "v" + strconv.Itoa(f.variable)
}

func (l length) String() string {
	if l.variable == noVariable {
		return "*"
	}
	out := "v" + strconv.Itoa(l.variable)
	if l.offset != 0 {
		out += fmt.Sprintf("%+d", l.offset)
	}
	if l.stride > 1 {
		out += "*" + strconv.Itoa(l.stride)
	}
	return out
}
