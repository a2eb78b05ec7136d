package shrink

import (
	"fmt"
	"slices"
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
	// open says that something in it is counted by nothing: the schema is weak.
	open bool
	// words are the leaves that are words, once that is known.
	words map[int]*word
	// bounds are the variables that labels are bounded by, and scoped those that
	// a document must be able to find again, once that is known; nil means all.
	bounds, scoped []bool
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
// stride. Without a variable it is whatever there is: to the end of the line for
// a run, to the end of the text for a repeat.
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

// word is a leaf of words: by counts its letters; where nothing does, shared
// says that all words of a list are equally long.
type word struct {
	by     length
	shared bool
}

// looseLeaves is the number of leaves of a line without fields: the columns
// further right share the last.
const looseLeaves = 4

// tagLimit bounds the number of different first tokens of tagged lines: with
// more, the first token is a value and not a tag.
const tagLimit = 8

// walkItems visits all items, outer ones first.
func walkItems(items []item, visit func(*item)) {
	for i := range items {
		visit(&items[i])
		walkItems(items[i].body, visit)
	}
}

// columns are the leaves that stand beside one another on lines of the item.
func (it *item) columns() [][]int {
	var all [][]int
	switch it.kind {
	case fixedLine:
		var leaves []int
		for _, f := range it.fields {
			if !f.run {
				leaves = append(leaves, f.leaf)
			}
		}
		all = append(all, leaves)
	case taggedLine:
		for tag, first := range it.tags {
			var leaves []int
			for i := 1; i < it.widths[tag]; i++ {
				leaves = append(leaves, first+i)
			}
			all = append(all, leaves)
		}
		slices.SortFunc(all, slices.Compare)
	}
	return all
}

// opaque reports that part of the format is unknown.
func (s *schema) opaque() bool {
	return slices.ContainsFunc(s.items, func(it item) bool { return it.kind == rest })
}

// String shows the schema for people who work on the shrinker, such as
// "v0 v1; run v0; repeat v1 { v2 v3 }".
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
