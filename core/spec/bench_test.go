package spec

import "testing"

// benchmarks are inputs of the sizes that statements allow.
var benchmarks = []struct{ name, spec string }{
	{"array", "n: int 100000..100000\na: int[n] -1e9..1e9"},
	{"small values", "n: int 100000..100000\na: int[n] 0..9"},
	{"text", "n: int 100000..100000\ns: string(n) lower"},
	{"grid", "g: grid(500, 500) \".#\""},
	{"permutation", "n: int 100000..100000\np: perm(n)"},
	{"tree", "n: int 100000..100000\ne: tree(n) weight 1..1e9"},
	{"graph", "n, m: int 100000..100000\ne: graph(n, m) connected simple"},
	{"queries", "n, q: int 100000..100000\nrepeat q { l: int 1..n  r: int l..n }"},
	{"tests", "t: int 1000..1000\nrepeat t {\n n: int 1..1000\n a: int[n] 1..1e9\n}\nwhere sum(n) <= 200000"},
	{"decimals", "n: int 100000..100000\nx: float[n] -1e4..1e4 digits 6"},
	{"distinct", "n: int 100000..100000\na: int[n] 1..1e9 distinct"},
	{"points", "n: int 100000..100000\np: point[n] -1e6..1e6 distinct"},
}

func BenchmarkGenerate(b *testing.B) {
	for _, bench := range benchmarks {
		b.Run(bench.name, func(b *testing.B) {
			s := mustParse(b, bench.spec)
			var out []byte
			var bytes int64
			b.ResetTimer()
			began := processorTime()
			for i := range b.N {
				var err error
				if out, err = s.Generate(out[:0], uint64(i), Unlimited); err != nil {
					b.Fatal(err)
				}
				bytes += int64(len(out))
			}
			b.SetBytes(bytes / int64(b.N))
			reportThroughput(b, bytes, began)
		})
	}
}

func BenchmarkValidate(b *testing.B) {
	for _, bench := range benchmarks {
		b.Run(bench.name, func(b *testing.B) {
			s := mustParse(b, bench.spec)
			input := mustGenerate(b, s, 1, Unlimited)
			b.SetBytes(int64(len(input)))
			b.ResetTimer()
			began := processorTime()
			for range b.N {
				if v := s.Validate(input); v != nil {
					b.Fatal(v)
				}
			}
			reportThroughput(b, int64(len(input)*b.N), began)
		})
	}
}

// BenchmarkGenerateSmall is the inner loop of a stress test: many small inputs.
func BenchmarkGenerateSmall(b *testing.B) {
	for name, src := range map[string]string{
		"array": "n: int 1..10\na: int[n] -1e9..1e9",
		"tests": "t: int 1..5\nrepeat t {\n n: int 1..8  m: int 0..10\n a: int[n] -1e9..1e9\n s: string(n) \"abc\"\n e: graph(n, m) connected simple weight 1..9\n p: perm(n)\n}\nwhere sum(n) <= 200",
	} {
		b.Run(name, func(b *testing.B) {
			s := mustParse(b, src)
			var out []byte
			var bytes int64
			b.ReportAllocs()
			began := processorTime()
			for i := range b.N {
				out, _ = s.Generate(out[:0], uint64(i), 10)
				bytes += int64(len(out))
			}
			b.SetBytes(bytes / int64(b.N))
			reportThroughput(b, bytes, began)
		})
	}
}

func BenchmarkValidateSmall(b *testing.B) {
	s := mustParse(b, "n: int 1..10\na: int[n] -1e9..1e9")
	input := mustGenerate(b, s, 7, 10)
	b.SetBytes(int64(len(input)))
	b.ReportAllocs()
	for range b.N {
		s.Validate(input)
	}
}

func BenchmarkParse(b *testing.B) {
	src := []byte("t: int 1..5\nrepeat t {\n n: int 1..8  m: int 0..10\n a: int[n] -1e9..1e9\n s: string(n) \"abc\"\n e: graph(n, m) connected simple weight 1..9\n p: perm(n)\n}\nwhere sum(n) <= 200\n")
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for range b.N {
		Parse("bench.spec", src)
	}
}
