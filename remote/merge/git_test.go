package merge_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"stresstester/remote/figures"
	"stresstester/remote/merge"
)

var triples = flag.Int("triples", 400, "how many random triples to compare with git merge-file")

// TestTextsAgreeWithGit compares with an independent implementation: where git
// finds a conflict there must be one here, and where both are clean the texts must
// be the same.
func TestTextsAgreeWithGit(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	var clean, conflicts, onlyHere, next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		dir := t.TempDir()
		wg.Go(func() {
			for n := next.Add(1); n <= int64(*triples); n = next.Add(1) {
				base, mine, theirs := randomTriple(uint64(n))
				theirText, gitConflicts, err := gitMerge(dir, base, mine, theirs)
				if err != nil {
					t.Error(err)
					return
				}
				r := merge.Texts(base, mine, theirs)
				switch {
				case r.Clean() && gitConflicts:
					t.Errorf("triple %d: clean where git has a conflict\nbase %q\nmine %q\ntheirs %q\ngot %q\ngit\n%s", n, base, mine, theirs, r.Text(), theirText)
				case r.Clean() && !bytes.Equal(r.Text(), theirText):
					t.Errorf("triple %d: another text than git\nbase %q\nmine %q\ntheirs %q\ngot %q\ngit %q", n, base, mine, theirs, r.Text(), theirText)
				case r.Clean():
					clean.Add(1)
				case gitConflicts:
					conflicts.Add(1)
				default:
					onlyHere.Add(1)
				}
			}
		})
	}
	wg.Wait()
	figures.Note(t, figures.Merge, "merging against `git merge-file --diff3`", fmt.Sprintf("%d random triples", *triples),
		"%d clean in both, the same bytes each time; %d conflicts in both; %d conflicts only here; none clean where git has a conflict", clean.Load(), conflicts.Load(), onlyHere.Load())
}

func gitMerge(dir string, base, mine, theirs []byte) (text []byte, conflicts bool, err error) {
	names := map[string][]byte{"base": base, "mine": mine, "theirs": theirs}
	for name, content := range names {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return nil, false, err
		}
	}
	cmd := exec.Command("git", "merge-file", "-p", "--diff3", "mine", "base", "theirs")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	text, err = cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 && exit.ExitCode() < 128 {
		return text, true, nil
	}
	return text, false, err
}

// randomTriple makes texts of several kinds: few different lines, which leave much
// open; programs, with braces and empty lines that repeat; and distinct lines.
func randomTriple(seed uint64) (base, mine, theirs []byte) {
	r := rand.New(rand.NewPCG(seed, 6))
	line := [](func() string){
		func() string { return string(rune('a' + r.IntN(3))) },
		func() string { return string(rune('a' + r.IntN(12))) },
		func() string {
			return []string{"", "}", "    }", "  for (int i = 0; i < n; i++) {", "  return 0;", fmt.Sprintf("  x += %d;", r.IntN(40)), fmt.Sprintf("int f%d() {", r.IntN(9))}[r.IntN(7)]
		},
		func() string { return fmt.Sprint("line ", r.IntN(1000)) },
	}[r.IntN(4)]
	ends := []string{"\n", "\n", "\n", "\r\n"}[r.IntN(4)]
	length := []int{1, 4, 12, 40, 120}[r.IntN(5)]
	lines := make([]string, r.IntN(length+1))
	for i := range lines {
		lines[i] = line()
	}
	text := func(lines []string) []byte {
		s := strings.Join(lines, ends)
		if len(lines) > 0 && r.IntN(5) > 0 {
			s += ends
		}
		return []byte(s)
	}
	edit := func() []string {
		out := append([]string{}, lines...)
		for range r.IntN(4) {
			at := r.IntN(len(out) + 1)
			switch n := r.IntN(3); {
			case n == 0 || len(out) == 0:
				for range 1 + r.IntN(3) {
					out = append(out[:at], append([]string{line()}, out[at:]...)...)
				}
			case n == 1:
				end := min(len(out), at+1+r.IntN(3))
				out = append(out[:at], out[end:]...)
			default:
				out[min(at, len(out)-1)] = line()
			}
		}
		return out
	}
	base = text(lines)
	if r.IntN(40) == 0 {
		return base, []byte(strings.ReplaceAll(string(base), "\n", "\r\n")), text(edit())
	}
	return base, text(edit()), text(edit())
}
