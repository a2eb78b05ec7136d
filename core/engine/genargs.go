package engine

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// GenArgs is a pattern of generator arguments such as "10 [5..100] abc": words
// separated by spaces, in which every "[a..b]" is replaced per test by an integer
// from that range.
type GenArgs struct{ words [][]piece }

type piece struct {
	text   string
	ranged bool
	lo, hi int64
}

// ParseGenArgs reads a pattern. Words with spaces are put between single or
// double quotes.
func ParseGenArgs(pattern string) (GenArgs, error) {
	words, err := splitWords(pattern)
	if err != nil {
		return GenArgs{}, err
	}
	var g GenArgs
	for _, word := range words {
		pieces, err := parseWord(word)
		if err != nil {
			return GenArgs{}, err
		}
		g.words = append(g.words, pieces)
	}
	return g, nil
}

func splitWords(s string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	for _, r := range s {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			} else {
				word.WriteRune(r)
			}
		case r == '\'' || r == '"':
			inWord, quote = true, r
		case r == ' ' || r == '\t' || r == '\n':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		case r == 0:
			return nil, fmt.Errorf("generator arguments %q: a NUL character cannot be part of an argument", s)
		default:
			inWord = true
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("generator arguments %q: the quote %c is not closed", s, quote)
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}

func parseWord(word string) ([]piece, error) {
	var pieces []piece
	for word != "" {
		open := strings.IndexByte(word, '[')
		if open < 0 {
			return append(pieces, piece{text: word}), nil
		}
		end := strings.IndexByte(word[open:], ']')
		body := ""
		if end > 0 {
			body = word[open+1 : open+end]
		}
		a, b, isRange := strings.Cut(body, "..")
		if !isRange {
			// A bracket that is no range stands for itself.
			pieces = append(pieces, piece{text: word[:open+1]})
			word = word[open+1:]
			continue
		}
		lo, errLo := strconv.ParseInt(strings.TrimSpace(a), 10, 64)
		hi, errHi := strconv.ParseInt(strings.TrimSpace(b), 10, 64)
		if errLo != nil || errHi != nil {
			return nil, fmt.Errorf("generator arguments: [%s] is not a range of integers such as [1..10]", body)
		}
		if lo > hi {
			return nil, fmt.Errorf("generator arguments: the range [%s] is empty: its first number is the larger one", body)
		}
		if open > 0 {
			pieces = append(pieces, piece{text: word[:open]})
		}
		pieces = append(pieces, piece{ranged: true, lo: lo, hi: hi})
		word = word[open+end+1:]
	}
	if pieces == nil {
		pieces = []piece{{}}
	}
	return pieces, nil
}

// Draw appends the arguments for the seed to dst. They depend on nothing but the
// pattern and the seed, so that one seed alone replays a test. Within every 256
// seeds the ranges grow from their lower ends to their full width, so that small
// tests come first.
func (g GenArgs) Draw(dst []string, seed uint64) []string {
	state := seed
	for _, word := range g.words {
		if len(word) == 1 && !word[0].ranged {
			dst = append(dst, word[0].text)
			continue
		}
		var b []byte
		for _, p := range word {
			if p.ranged {
				b = strconv.AppendInt(b, draw(&state, p.lo, ramp(p.lo, p.hi, seed)), 10)
			} else {
				b = append(b, p.text...)
			}
		}
		dst = append(dst, string(b))
	}
	return dst
}

// ramp is the upper end of the range [lo..hi] for this seed.
func ramp(lo, hi int64, seed uint64) int64 {
	const period, full = 256, 160
	step := (seed+period-1)%period + 8
	width := uint64(hi) - uint64(lo)
	if step >= full || width <= 3 {
		return hi
	}
	grown := uint64(float64(width) * float64(step) / full)
	grown = min(max(grown, 3), width)
	return int64(uint64(lo) + grown)
}

// draw is uniform in [lo..hi].
func draw(state *uint64, lo, hi int64) int64 {
	width := uint64(hi) - uint64(lo)
	if width == math.MaxUint64 {
		return int64(splitMix(state))
	}
	// Multiply-shift: its bias is below width/2^64.
	high, _ := bits.Mul64(splitMix(state), width+1)
	return int64(uint64(lo) + high)
}

// splitMix is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
// number generators", OOPSLA 2014).
func splitMix(state *uint64) uint64 {
	*state += 0x9e3779b97f4a7c15
	z := *state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}
