package shrink

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

func BenchmarkAccept(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var buf bytes.Buffer
	n := 100000
	fmt.Fprintln(&buf, n)
	for i := 2; i <= n; i++ {
		fmt.Fprintln(&buf, i, 1+r.IntN(i-1))
	}
	in := buf.Bytes()
	f := learnForm(readPage(in), nil)
	b.ResetTimer()
	for range b.N {
		f.accepts(in)
		d, _ := f.read1(in)
		f.plan(d).keep(d.dims[0], span(0, n)).render()
	}
}
func (f *form) read1(in []byte) (*document, bool) { return f.schema.read(readPage(in)) }
