package compare_test

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"testing"

	"stresstester/core/compare"
	"stresstester/core/problem"
)

// numbers is about one megabyte of random numbers, ten a line.
func numbers(separator, end string) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var out []byte
	for i := 1; len(out) < 1<<20; i++ {
		out = strconv.AppendInt(out, r.Int64N(2e9)-1e9, 10)
		if i%10 == 0 {
			out = append(out, end...)
		} else {
			out = append(out, separator...)
		}
	}
	return out
}

// reals is about one megabyte of random reals with the given number of digits.
func reals(digits int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var out []byte
	for i := 0; i < 80_000; i++ {
		out = strconv.AppendFloat(out, r.Float64()*100, 'f', digits, 64)
		out = append(out, '\n')
	}
	return out
}

func BenchmarkEqual(b *testing.B) {
	text := numbers(" ", "\n")
	lastByte := bytes.Clone(text)
	lastByte[len(lastByte)-2] ^= 1
	benchmarks := []struct {
		name             string
		mode             string
		expected, actual []byte
	}{
		{"tokens/10 bytes, newline missing", "tokens", []byte("1234 5678\n"), []byte("1234 5678")},
		{"tokens/1 MB, the same", "tokens", text, bytes.Clone(text)},
		{"tokens/1 MB, newline missing", "tokens", text, text[:len(text)-1]},
		{"tokens/1 MB, a space before each newline", "tokens", text, numbers(" ", " \n")},
		{"tokens/1 MB, last token differs", "tokens", text, lastByte},
		{"lines/1 MB, a space before each newline", "lines", text, numbers(" ", " \n")},
		{"caseless/1 MB, last token differs", "caseless", text, lastByte},
		{"float/1 MB, the same", "float=1e-6", reals(9), reals(9)},
		{"float/1 MB, every number rounded", "float=1e-6", reals(9), reals(10)},
		{"exact/1 MB, the same", "exact", text, bytes.Clone(text)},
	}
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			c := mode(b, bm.mode)
			b.ReportAllocs()
			b.SetBytes(int64(len(bm.expected)))
			for b.Loop() {
				compare.Equal(c, bm.expected, bm.actual)
			}
		})
	}
}

func BenchmarkFirst(b *testing.B) {
	text := numbers(" ", "\n")
	other := bytes.Clone(text)
	other[len(other)-2] ^= 1
	for _, m := range []problem.CompareMode{problem.CompareTokens, problem.CompareLines, problem.CompareExact} {
		b.Run(string(m)+"/1 MB, last token differs", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				compare.First(problem.Comparison{Mode: m}, text, other)
			}
		})
	}
}
