package engine

import (
	"bytes"
	"context"
	"regexp"
	"strconv"

	"stresstester/core/explain"
	"stresstester/core/problem"
)

const (
	checkerNote = "a checker judges: where several answers are right, this first difference from the reference's need not be wrong"
	wholeNote   = "this line printed all that the checker judged"
	namedNote   = "the checker's message names this token"
	endNote     = "the checker expected more"
	askedNote   = "this line printed the last of the conversation"
)

// What checkers say, testlib's words first.
var (
	checkerOrdinal = regexp.MustCompile(`\b(\d+)(?:st|nd|rd|th) (word|token|number|integer|double|line)s?\b`)
	checkerQuoted  = regexp.MustCompile(`(?:found|got|but|token|participant(?:'s)?(?: answer)?:?) (?:"([^"\n]{1,80})"|'([^'\n]{1,80})')|"([^"\n]{1,80})" found`)
	checkerEnd     = regexp.MustCompile(`(?i)unexpected end of file|unexpected eof|expected EOLN|participant.{0,20}(?:shorter|fewer|ended)`)
)

// rejected is what to explain of an output that a checker did not accept: the token
// that its message names, or the first that differs from the reference's output. Whole
// output is explained where one line printed it all.
func (e *explanation) rejected(d problem.Difference, differs bool) *aim {
	tokens := tokensOf(e.actual)
	if len(tokens) == 0 {
		return nil
	}
	at := func(t span) *aim {
		return &aim{target: explain.Target{At: t.from, End: t.to}, note: namedNote,
			difference: &problem.Difference{TokenIndex: t.index, ActualToken: string(e.actual[t.from:t.to])}}
	}
	if m := checkerOrdinal.FindStringSubmatch(e.comment); m != nil {
		n, _ := strconv.Atoi(m[1])
		for _, t := range tokens {
			if m[2] == "line" && t.line == n || m[2] != "line" && t.index == n-1 {
				return at(t)
			}
		}
	}
	if m := checkerQuoted.FindStringSubmatch(e.comment); m != nil {
		var found []span
		for _, t := range tokens {
			if text := string(e.actual[t.from:t.to]); text == m[1] || text == m[2] || text == m[3] {
				found = append(found, t)
			}
		}
		if len(found) == 1 {
			return at(found[0])
		}
	}
	if checkerEnd.MatchString(e.comment) {
		last := tokens[len(tokens)-1]
		return &aim{target: explain.Target{At: last.to - 1, End: len(e.actual), Ended: true}, note: endNote,
			difference: &problem.Difference{TokenIndex: len(tokens)}}
	}
	if last := tokens[len(tokens)-1]; tokens[0].line == last.line {
		return &aim{target: explain.Target{At: tokens[0].from, End: last.to}, whole: true, note: wholeNote,
			difference: &problem.Difference{ActualToken: string(e.actual[tokens[0].from:tokens[0].to])}}
	}
	if !differs || len(e.expected) == 0 {
		return nil
	}
	target, ok := explain.Aim(&d, e.actual)
	if !ok {
		return nil
	}
	return &aim{target: target, difference: &d, note: checkerNote}
}

// span is a token of a text, with its number from 0 and its line from 1.
type span struct{ from, to, index, line int }

// tokensOf are the first tokens of a text.
func tokensOf(text []byte) []span {
	const most = 1 << 16
	var tokens []span
	line := 1
	for at := 0; at < len(text) && len(tokens) < most; {
		if isSpace(text[at]) {
			if text[at] == '\n' {
				line++
			}
			at++
			continue
		}
		from := at
		for at < len(text) && !isSpace(text[at]) {
			at++
		}
		tokens = append(tokens, span{from, at, len(tokens), line})
	}
	return tokens
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// conversation is the line that printed the last of what the interactor read, or that
// crashed. The program is run without the interactor, whose answers are known.
func (e *explanation) conversation(ctx context.Context) *problem.Location {
	if e.verdict == problem.RE {
		return e.crash(ctx)
	}
	asked := questions(e.transcript)
	end := len(bytes.TrimRight(asked, "\n"))
	if end == 0 {
		return nil
	}
	from := bytes.LastIndexByte(asked[:end], '\n') + 1
	last := string(asked[from:end])
	return e.traced(ctx, &aim{target: explain.Target{At: from, End: end}, note: askedNote,
		difference: &problem.Difference{TokenIndex: len(bytes.Fields(asked[:from])), ActualToken: last}})
}

// questions and answers are the two sides of a conversation: what the tested program
// printed, and what it read.
func questions(transcript []byte) []byte { return side(transcript, "< ") }
func answers(transcript []byte) []byte   { return side(transcript, "> ") }

func side(transcript []byte, lead string) []byte {
	out := []byte{}
	for _, line := range bytes.SplitAfter(transcript, []byte("\n")) {
		if text, found := bytes.CutPrefix(line, []byte(lead)); found {
			out = append(out, text...)
		}
	}
	return out
}
