package procfs

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// line is a stat file as the kernel writes it, of a process with that command's name.
func line(name string) string {
	return fmt.Sprintf("4711 (%s) S 42 4711 4711 0 -1 4194560 100 200 0 0 5 7 11 13 20 0 3 0 987654 1000000 2500 18446744073709551615 1 1 0\n", name)
}

func TestAStatIsReadWhateverTheCommandsName(t *testing.T) {
	t.Parallel()
	want := Stat{
		State: 'S', Parent: 42, Start: 987654, Resident: 2500 * int64(os.Getpagesize()), Threads: 3,
		Own: 120 * time.Millisecond, Inherited: 240 * time.Millisecond,
	}
	for _, name := range []string{"sol", "", "a b", ") R 1 1", "(((", "x)\n) Z 0 ("} {
		if got, ok := parse([]byte(line(name))); !ok || got != want {
			t.Errorf("with the name %q: %+v, %v", name, got, ok)
		}
	}
}

func TestWhatIsNoStatIsNotRead(t *testing.T) {
	t.Parallel()
	tooShort, _, _ := strings.Cut(line("sol"), " 2500")
	for _, text := range []string{"", "4711 (sol)", tooShort, "4711 (sol) " + strings.Repeat("123456789012345678901 ", 30)} {
		if got, ok := parse([]byte(text)); ok {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

func TestThisProcess(t *testing.T) {
	t.Parallel()
	var r Reader
	s, ok := r.Stat(os.Getpid())
	if !ok || s.Parent != os.Getppid() || s.Threads < 2 || s.Resident < 1<<20 || s.Ended() {
		t.Errorf("this process is taken for %+v, %v", s, ok)
	}
	if uid, ok := r.User(os.Getpid()); !ok || int(uid) != os.Getuid() {
		t.Errorf("this process is taken for the user %d's, %v", uid, ok)
	}
	before, ok := Time(os.Getpid())
	if !ok || before <= 0 {
		t.Errorf("this process has used %v, %v", before, ok)
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		if after, _ := Time(os.Getpid()); after > before {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("ten seconds later this process has used nothing more")
		}
	}
}

func TestAProcessThatHasEnded(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "true")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	var r Reader
	for deadline := time.Now().Add(10 * time.Second); ; { // it is there until it is waited for
		s, ok := r.Stat(pid)
		if !ok {
			t.Fatal("it is gone before it was waited for")
		}
		if s.Ended() {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("ten seconds later it is %+v", s)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if s, ok := r.Stat(pid); ok && s.Parent == os.Getpid() {
		t.Errorf("it was waited for, and is %+v", s)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(line("sol")))
	f.Add([]byte(") R 1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, ok := parse(text)
		// A longer name that holds whatever changes nothing.
		longer, still := parse(append([]byte("1 (a) R 2 "), append([]byte(")"), text...)...))
		if bytes.IndexByte(text, ')') >= 0 && (s != longer || ok != still) {
			t.Errorf("%q is read as %+v, and with a longer name as %+v", text, s, longer)
		}
	})
}
