// Package choices_test shrinks the random choices of real Python generators in the
// real sandbox.
package choices_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
	"stresstester/testing_env/arena"
)

func openSandbox(t *testing.T) *sandbox.Warm {
	t.Helper()
	return arena.Open(t, docker.Options{}).Warm()
}

func program(t *testing.T, role problem.Role, name, source string) problem.Program {
	t.Helper()
	return arena.Program(t, role, arena.Source{FS: fstest.MapFS{name: {Data: []byte(source)}}, Name: name})
}

// encoded is a generator whose output no shrinking of texts can understand: the
// numbers are added up and written in base 36, so that deleting anything breaks
// the rest. What it was made of can be shrunk all the same.
const encoded = `import random, sys
random.seed(int(sys.argv[1]))
n = random.randint(1, 9)
a = [random.randint(0, 40) for _ in range(n)]
check, words = 7, []
for i, x in enumerate(a):
    check = (check * 31 + x) % 1009
    words.append("%d:%d" % (x, check))
print(";".join([str(n)] + words))
`

// decoding reads what encoded wrote, and refuses what it did not write.
const decoding = `import sys
parts = input().split(";")
n, check, a = int(parts[0]), 7, []
assert len(parts) == n + 1
for w in parts[1:]:
    x, c = map(int, w.split(":"))
    check = (check * 31 + x) % 1009
    assert c == check
    a.append(x)
`

var scenes = []struct {
	name, generator, generatorName, brute, tested string
	// want is the input in the end; note must be in what is said of it.
	want, note string
}{
	{name: "an input with a check sum over everything", generator: encoded,
		brute:  decoding + "print(max(a))\n",
		tested: decoding + "print(max(a) if max(a) < 25 else 0)\n", want: "1;25:242\n"},
	{name: "a list, of which two elements matter", generator: encoded,
		brute:  decoding + "print(sum(a))\n",
		tested: decoding + "print(sum(a) - (len(a) > 1 and a[0] == a[-1]))\n", want: "2;0:217;0:673\n"},
	{name: "a helper that is called with another generator object", generator: `import random, sys
rng = random.Random(sys.argv[1])
def numbers(n, low, high):
    return [rng.randint(low, high) for _ in range(n)]
n = rng.randint(2, 8)
p = list(range(n))
rng.shuffle(p)
a = numbers(n, -10**9, 10**9)
print(n); print(*p); print(*a); print(hash(tuple(p + a)) % 1000003)
`, brute: `n = int(input()); p = list(map(int, input().split())); a = list(map(int, input().split()))
assert int(input()) == hash(tuple(p + a)) % 1000003 and len(a) == n
print(sum(a))
`, tested: `n = int(input()); p = list(map(int, input().split())); a = list(map(int, input().split()))
assert int(input()) == hash(tuple(p + a)) % 1000003 and len(a) == n
print(sum(a) + (p != sorted(p)))
`, want: "2\n1 0\n0 0\n"},
	{name: "what the system's clock and entropy decide", generator: `import os
n = 3 + os.urandom(1)[0] % 5
print(n)
print(*(b % 10 for b in os.urandom(n)))
`, brute: "n = int(input())\nprint(n)\n", tested: "n = int(input())\nprint(n + (n > 1))\n", note: "could not be replayed"},
	{name: "a generator of numbers of its own", generator: `import sys
x = int(sys.argv[1]) * 7919 + 13
n = 3 + x % 5
print(n)
for i in range(n):
    x = x * 1103515245 % 2**31
    print(x % 10)
`, brute: "n = int(input())\nprint(n)\n", tested: "n = int(input())\nprint(n + (n > 1))\n", note: "were not seen"},
	{name: "PyPy", generatorName: "gen.pypy", generator: encoded,
		brute:  decoding + "print(max(a))\n",
		tested: decoding + "print(max(a) if max(a) < 25 else 0)\n", want: "1;25:242\n"},
}

func TestChoicesOfPythonGeneratorsAreShrunk(t *testing.T) {
	warm := openSandbox(t)
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			name := s.generatorName
			if name == "" {
				name = "gen.py"
			}
			result, err := warm.Run(t.Context(), problem.Job{
				Programs: []problem.Program{
					program(t, problem.Tested, "sol.py", s.tested),
					program(t, problem.Brute, "brute.py", s.brute),
					program(t, problem.Generator, name, s.generator),
				},
				Options: problem.Options{Tests: 2000, Seed: 1, NoExplain: true, KeepGoing: 1, ShrinkTime: 5 * time.Minute},
			}, sandbox.Observer{})
			if err != nil {
				t.Fatal(err)
			}
			c := result.Counterexample
			if result.Verdict != problem.WA || c == nil {
				t.Fatalf("%s: %s", result.Verdict, result.Message)
			}
			t.Logf("%d bytes became %q after %d runs in %.1f s: %s", len(c.OriginalInput), c.Input, c.OracleRuns, result.Seconds, c.Minimality)
			if !strings.HasPrefix(string(c.Input), s.want) {
				t.Errorf("the input is %q, not %q", c.Input, s.want)
			}
			if s.want != "" && !strings.HasPrefix(c.Minimality, "The generator itself makes this input.") {
				t.Errorf("nothing is said of the generator: %s", c.Minimality)
			}
			if s.note != "" && !strings.Contains(c.Minimality, s.note) || s.note == "" && strings.Contains(c.Minimality, "Note") {
				t.Errorf("the note should say %q: %s", s.note, c.Minimality)
			}
		})
	}
}
