package choices_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// everyDraw uses every function of Python's random module that generators use.
const everyDraw = `import random
from random import randint as pick
n = pick(1, 6)
a = [random.randint(-9, 9) for _ in range(n)]
random.shuffle(a)
print(n, *a, random.choice("abc"), random.sample(range(5), 2), random.choices([1, 2, 3], k=2))
print(random.uniform(-3, 3), random.randrange(10, -10, -3), random.gauss(0, 1), random.triangular())
print(random.getrandbits(100), random.randbytes(3), random.Random(4).random(), random.expovariate(2))
`

type answer struct {
	Output string   `json:"output"`
	Status int      `json:"status"`
	Draws  [][]*int `json:"draws"`
}

// record runs the recorder outside of the sandbox, on a program of ours.
func record(t *testing.T, program string, tapes [][]uint64) []answer {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 here")
	}
	recorder, err := filepath.Abs("../trace/record.py")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "gen.py"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	request, err := json.Marshal(map[string]any{"tapes": tapes, "seconds": 5, "draws": 2000, "bytes": 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	asked, told := filepath.Join(dir, "asked"), filepath.Join(dir, "told")
	if err := os.WriteFile(asked, request, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, recorder, "gen.py", "1")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "STRESSTESTER_RECORD=3:4")
	in, err := os.Open(asked)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(told)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.ExtraFiles = []*os.File{in, out}
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	data, err := os.ReadFile(told)
	if err != nil {
		t.Fatal(err)
	}
	var all []answer
	for line := range bytes.Lines(data) {
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, a)
	}
	if len(all) != len(tapes) {
		t.Fatalf("%d answers for %d requests", len(all), len(tapes))
	}
	return all
}

func TestReplayingWhatWasRecordedMakesTheSame(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	tapes := [][]uint64{nil, {}}
	for range 40 {
		tape := make([]uint64, r.IntN(40))
		for i := range tape {
			tape[i] = []uint64{0, 1, 2, 7, 1 << 40, 1 << 62}[r.IntN(6)]
		}
		tapes = append(tapes, tape)
	}
	first := record(t, everyDraw, tapes)
	again := make([][]uint64, len(first))
	for i, a := range first {
		if a.Status != 0 || len(a.Draws) == 0 {
			t.Fatalf("tape %v: status %d", tapes[i], a.Status)
		}
		again[i] = []uint64{}
		for _, d := range a.Draws {
			if *d[0] < 0 || *d[0] >= *d[1] {
				t.Fatalf("choice %d is not below %d", *d[0], *d[1])
			}
			again[i] = append(again[i], uint64(*d[0]))
		}
	}
	for i, a := range record(t, everyDraw, again) {
		if a.Output != first[i].Output || len(a.Draws) != len(first[i].Draws) {
			t.Errorf("tape %v: first\n%sthen\n%s", tapes[i], first[i].Output, a.Output)
		}
	}
}

func TestZerosAreTheSimplestOutcome(t *testing.T) {
	t.Parallel()
	const program = `import random
print(random.randint(-5, 7), random.randint(3, 9), random.randint(-9, -4), random.choice("xyz"), random.randrange(10, 0, -3))
a = [1, 2, 3, 4]
random.shuffle(a)
print(*a, random.random())
`
	if got := record(t, program, [][]uint64{{}})[0].Output; got != "0 3 -4 x 1\n1 2 3 4 0.0\n" {
		t.Errorf("got %q", got)
	}
}

func TestAProgramThatDrawsWithoutEndOrCrashesIsRefused(t *testing.T) {
	t.Parallel()
	for name, program := range map[string]string{
		"without end": "import random\nwhile random.random() < 1: pass\n",
		"crash":       "import random\nprint(1 // random.randint(0, 3))\n",
		"exit status": "import random, sys\nprint(random.randint(0, 3))\nsys.exit(3)\n",
		"dies":        "import os, random\nprint(random.randint(0, 3))\nos.abort()\n",
	} {
		if a := record(t, program, [][]uint64{{}})[0]; a.Status == 0 {
			t.Errorf("%s: taken with %q", name, a.Output)
		}
	}
}
