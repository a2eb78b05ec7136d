package spec

import (
	"slices"
	"strings"
)

// Format rewrites a spec in the usual form: blocks indented by two spaces, two
// spaces between the fields of a line, one around comparisons, no space at the
// ends of lines and no two empty lines in a row. Comments and line breaks stay.
// It only ever changes white space, so it is safe on faulty specs.
func Format(src []byte) []byte {
	tokens, _ := lex(src)
	f := formatter{src: src}
	for len(tokens) > 0 {
		end := slices.IndexFunc(tokens, func(t token) bool { return t.kind == tokenNewline || t.kind == tokenEnd })
		f.line(tokens[:end])
		tokens = tokens[end+1:]
	}
	out := strings.Trim(f.out.String(), "\n")
	if out == "" {
		return nil
	}
	if strings.HasSuffix(out, `\`) {
		return []byte(out) // a line break behind it would continue the line
	}
	return []byte(out + "\n")
}

type formatter struct {
	src   []byte
	out   strings.Builder
	depth int
	blank bool
}

func (f *formatter) line(tokens []token) {
	if len(tokens) == 0 {
		if !f.blank {
			f.out.WriteByte('\n')
		}
		f.blank = true
		return
	}
	f.blank = false
	depth := f.depth
	if tokens[0].is("}") {
		depth--
	}
	f.indent(depth)
	for i, t := range tokens {
		if i > 0 {
			f.gap(tokens, i, depth)
		}
		text := string(f.src[t.span.Start.Offset:t.span.End.Offset])
		if t.kind == tokenComment {
			text = strings.TrimRight(text, " \t\r")
		}
		f.out.WriteString(text)
		switch {
		case t.is("{"):
			f.depth++
		case t.is("}"):
			f.depth = max(0, f.depth-1)
		}
	}
	f.out.WriteByte('\n')
}

func (f *formatter) indent(depth int) {
	for range max(0, depth) {
		f.out.WriteString("  ")
	}
}

// gap writes what parts a token from the one before.
func (f *formatter) gap(tokens []token, i, depth int) {
	before, t := tokens[i-1], tokens[i]
	written := string(f.src[before.span.End.Offset:t.span.Start.Offset])
	switch {
	case strings.Contains(written, "\n"):
		// The line goes on behind a backslash.
		f.out.WriteString(" \\\n")
		f.indent(depth + 2)
	case t.kind == tokenComment || beginsField(tokens, i) && !beginsLine(tokens[:i]):
		f.out.WriteString("  ")
	case tight(before, t):
	case before.kind != tokenWrong && t.kind != tokenWrong && (spaced(before) || spaced(t)):
		f.out.WriteByte(' ')
	case written != "":
		f.out.WriteByte(' ')
	}
}

// beginsLine reports whether a field behind these tokens is the first of its
// line, or goes on with a list of names.
func beginsLine(tokens []token) bool {
	last := tokens[len(tokens)-1]
	return last.is("|") || last.is(",") || last.is("{") || tokens[0].is("|") && len(tokens) == 2
}

// beginsField reports whether a name list and a colon follow.
func beginsField(tokens []token, i int) bool {
	for ; i+1 < len(tokens) && tokens[i].kind == tokenName; i += 2 {
		switch next := tokens[i+1]; {
		case next.is(":"):
			return true
		case !next.is(","):
			return false
		}
	}
	return false
}

// tight reports whether two tokens stand together.
func tight(a, b token) bool {
	if a.kind == tokenWrong || b.kind == tokenWrong {
		return false
	}
	switch {
	case b.is(",") || b.is(")") || b.is("]") || b.is(":") && a.kind == tokenName:
		return true
	case a.kind == tokenName && (b.is("(") || b.is("[")):
		return findWord(keywords, a.text) == nil
	case a.is("(") || a.is("["):
		return true
	case a.is("..") || a.is("^"):
		return operand(b) || b.is("-")
	case b.is("..") || b.is("^"):
		return operand(a)
	}
	return false
}

// operand reports whether a token is part of a number, so that nothing new comes
// of writing it beside a symbol.
func operand(t token) bool {
	return t.kind == tokenName || t.kind == tokenNumber || t.is("(") || t.is(")") || t.is("]")
}

// spaced reports whether a token has a space on either side.
func spaced(t token) bool {
	if t.kind != tokenSymbol {
		return false
	}
	switch t.text {
	case "<", "<=", ">", ">=", "==", "!=", "{", "}", ":", ",", "|":
		return true
	}
	return false
}
