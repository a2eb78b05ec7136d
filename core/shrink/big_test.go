package shrink

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func TestBig(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	gen := map[string]func() []byte{
		"array": func() []byte {
			var b bytes.Buffer
			n := 100000
			fmt.Fprintln(&b, n)
			for range n {
				fmt.Fprint(&b, r.IntN(1e9), " ")
			}
			b.WriteByte('\n')
			return b.Bytes()
		},
		"tree": func() []byte {
			var b bytes.Buffer
			n := 100000
			fmt.Fprintln(&b, n)
			for i := 2; i <= n; i++ {
				fmt.Fprintln(&b, i, 1+r.IntN(i-1))
			}
			return b.Bytes()
		},
		"cases": func() []byte {
			var b bytes.Buffer
			n := 20000
			fmt.Fprintln(&b, n)
			for range n {
				k := 1 + r.IntN(5)
				fmt.Fprintln(&b, k)
				for range k {
					fmt.Fprint(&b, r.IntN(1e9), " ")
				}
				b.WriteByte('\n')
			}
			return b.Bytes()
		},
		"grid": func() []byte {
			var b bytes.Buffer
			n := 500
			fmt.Fprintln(&b, n, n)
			for range n {
				for range n {
					b.WriteByte(".#"[r.IntN(2)])
				}
				b.WriteByte('\n')
			}
			return b.Bytes()
		},
		"junk": func() []byte {
			var b bytes.Buffer
			for range 30000 {
				k := r.IntN(7)
				for range k {
					fmt.Fprint(&b, r.IntN(1e9), " ")
				}
				b.WriteByte('\n')
			}
			return b.Bytes()
		},
		"queries": func() []byte {
			var b bytes.Buffer
			n := 50000
			fmt.Fprintln(&b, n, n)
			for range n {
				fmt.Fprint(&b, r.IntN(1e9), " ")
			}
			b.WriteByte('\n')
			for range n {
				x, y := 1+r.IntN(n), 1+r.IntN(n)
				fmt.Fprintln(&b, min(x, y), max(x, y))
			}
			return b.Bytes()
		},
	}
	for name, g := range gen {
		in := g()
		start := time.Now()
		f := learnForm(readPage(in), nil)
		fmt.Println(name, len(in), f.schema.String(), "learn", time.Since(start))
		start = time.Now()
		for range 3 {
			f.accepts(in)
		}
		fmt.Println("accept", time.Since(start)/3)
		start = time.Now()
		runs := 0
		res := Text(context.Background(), in, func(_ context.Context, c [][]byte) []bool {
			runs++
			x := make([]bool, len(c))
			for i := range c {
				x[i] = len(c[i]) > len(in)/3*2 || (runs%7 == 0)
			}
			return x
		}, Options{MaxRuns: 200})
		fmt.Println("shrunk", len(res.Input), res.Runs, time.Since(start), time.Since(start)/time.Duration(res.Runs+1))
	}
}
