package merge_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"stresstester/remote/merge"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		base, mine, theirs string
		want               string // "!" for a conflict
	}{
		"nothing at all":                          {"", "", "", ""},
		"nobody changed anything":                 {"a\n", "a\n", "a\n", "a\n"},
		"only mine changed":                       {"a\nb\n", "a\nB\n", "a\nb\n", "a\nB\n"},
		"only theirs changed":                     {"a\nb\n", "a\nb\n", "A\nb\n", "A\nb\n"},
		"both the same way":                       {"a\nb\n", "a\nB\n", "a\nB\n", "a\nB\n"},
		"two places":                              {"a\nb\nc\nd\ne\n", "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", "A\nb\nc\nd\nE\n"},
		"the same line in two ways":               {"a\nb\nc\n", "a\n1\nc\n", "a\n2\nc\n", "!"},
		"lines that touch":                        {"a\nb\nc\nd\n", "a\nB\nc\nd\n", "a\nb\nC\nd\n", "!"},
		"two texts added to an empty one":         {"", "a\n", "b\n", "!"},
		"one text added to an empty one":          {"", "", "b\n", "b\n"},
		"everything taken away and a line change": {"a\nb\nc\n", "", "a\nB\nc\n", "!"},
		"a last line without an end":              {"a\nb\nc", "A\nb\nc", "a\nb\nc", "A\nb\nc"},
		"an end added while another line changes": {"a\nb\nc", "a\nb\nc\n", "A\nb\nc", "A\nb\nc\n"},
		"other line ends and a change":            {"a\nb\n", "a\r\nb\r\n", "a\nB\n", "!"},
		"lines with CR LF":                        {"a\r\nb\r\nc\r\n", "A\r\nb\r\nc\r\n", "a\r\nb\r\nC\r\n", "A\r\nb\r\nC\r\n"},
		"bytes that are no text":                  {"\x00\n\xff\n\x01\n", "\x00\n\xff\n\x02\n", "\x03\n\xff\n\x01\n", "\x03\n\xff\n\x02\n"},
		// Which of the equal lines was taken away is anybody's guess.
		"equal lines, one gone and one more": {"x\nx\nx\n", "x\nx\n", "x\nx\nx\nx\n", "!"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := merge.Texts([]byte(tt.base), []byte(tt.mine), []byte(tt.theirs))
			if tt.want == "!" {
				if r.Clean() || len(r.Conflicts()) == 0 {
					t.Fatalf("got %q without a conflict", r.Text())
				}
				return
			}
			if !r.Clean() || string(r.Text()) != tt.want {
				t.Fatalf("got %q, clean %v, want %q", r.Text(), r.Clean(), tt.want)
			}
		})
	}
}

func TestAConflictCanBeSettledInEveryWay(t *testing.T) {
	t.Parallel()
	r := merge.Texts([]byte("a\nb\nc\nd\n"), []byte("a\nmine\nc\nd\n"), []byte("a\ntheirs\nc\nD\n"))
	for name, tt := range map[string]struct{ got, want string }{
		"mine":   {string(r.Text()), "a\nmine\nc\nD\n"},
		"theirs": {string(r.Theirs()), "a\ntheirs\nc\nD\n"},
		"both":   {string(r.Both()), "a\nmine\ntheirs\nc\nD\n"},
		"marked": {
			string(r.Marked(merge.Labels{Mine: "laptop", Base: "before", Theirs: "room"})),
			"a\n<<<<<<< laptop\nmine\n||||||| before\nb\n=======\ntheirs\n>>>>>>> room\nc\nD\n",
		},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", name, tt.got, tt.want)
		}
	}
	c := r.Conflicts()
	if len(c) != 1 || c[0].MineLine != 1 || c[0].TheirsLine != 1 || string(c[0].Base) != "b\n" {
		t.Errorf("got %+v", c)
	}
	if !merge.HasMarkers(r.Marked(merge.Labels{Mine: "a", Theirs: "b"})) || merge.HasMarkers(r.Both()) {
		t.Error("markers are not recognised")
	}
}

func TestMarkersKeepLineEndsAndNeverGlueLines(t *testing.T) {
	t.Parallel()
	r := merge.Texts([]byte("a\r\nb"), []byte("a\r\nmine"), []byte("a\r\ntheirs"))
	got := string(r.Marked(merge.Labels{Mine: "m", Base: "b", Theirs: "t"}))
	want := "a\r\n<<<<<<< m\nmine\n||||||| b\nb\n=======\ntheirs\n>>>>>>> t\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if both := string(r.Both()); both != "a\r\nmine\ntheirs" {
		t.Errorf("got %q", both)
	}
}

func TestHugeTextsAreMergedInTime(t *testing.T) {
	t.Parallel()
	lines := make([]string, 20_000)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d\n", i)
	}
	join := func(edit func(i int, line string) string) []byte {
		var b strings.Builder
		for i, line := range lines {
			b.WriteString(edit(i, line))
		}
		return []byte(b.String())
	}
	same := func(_ int, line string) string { return line }
	every := func(n, rest int, by string) func(int, string) string {
		return func(i int, line string) string {
			if i%n == rest {
				return by
			}
			return line
		}
	}
	start := time.Now()
	r := merge.Texts(join(same), join(every(100, 3, "mine\n")), join(every(100, 60, "theirs\n")))
	if !r.Clean() || bytes.Count(r.Text(), []byte("mine\n")) != 200 || bytes.Count(r.Text(), []byte("theirs\n")) != 200 {
		t.Errorf("got %d conflicts", len(r.Conflicts()))
	}
	// Every other line is new, which is more than can be compared exactly.
	r = merge.Texts(join(same), join(every(2, 1, "mine\n")), join(every(1000, 0, "theirs\n")))
	if r.Clean() {
		t.Error("lines that touch were merged")
	}
	// And one text has nothing in common with the other.
	r = merge.Texts(join(same), join(every(1, 0, "mine\n")), join(every(1000, 0, "theirs\n")))
	if r.Clean() {
		t.Error("a text that was replaced was merged")
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	type set = map[string]string
	same := func(a, b string) bool { return a == b }
	merged, conflicts := merge.Values(
		set{"kept": "1", "mine": "1", "theirs": "1", "gone": "1", "goneThere": "1", "both": "1", "fought": "1", "lost": "1"},
		set{"kept": "1", "mine": "2", "theirs": "1", "goneThere": "1", "both": "2", "fought": "2", "new": "1", "lost": "2"},
		set{"kept": "1", "mine": "1", "theirs": "2", "gone": "1", "both": "2", "fought": "3", "newThere": "1"},
		same)
	want := set{"kept": "1", "mine": "2", "theirs": "2", "both": "2", "fought": "2", "new": "1", "newThere": "1", "lost": "2"}
	if fmt.Sprint(merged) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", merged, want)
	}
	if fmt.Sprint(conflicts) != "[fought lost]" {
		t.Errorf("got conflicts %v", conflicts)
	}
}

// FuzzTexts checks what holds for any three texts.
func FuzzTexts(f *testing.F) {
	f.Add([]byte("a\nb\nc\n"), []byte("a\nB\nc\n"), []byte("a\nb\nC\n"))
	f.Add([]byte(""), []byte("\r\n"), []byte("\n"))
	f.Add([]byte("x\nx\nx"), []byte("x\nx"), []byte("\nx\nx\nx\n"))
	f.Fuzz(func(t *testing.T, base, mine, theirs []byte) {
		r := merge.Texts(base, mine, theirs)
		mirrored := merge.Texts(base, theirs, mine)
		if r.Clean() != mirrored.Clean() {
			t.Fatal("clean from one side only")
		}
		if r.Clean() && !bytes.Equal(r.Text(), mirrored.Text()) {
			t.Fatal("the sides matter in a clean merge")
		}
		if r.Clean() && !bytes.Equal(r.Text(), r.Marked(merge.Labels{})) {
			t.Fatal("a clean merge depends on how conflicts are shown")
		}
		if again := merge.Texts(base, mine, base); !again.Clean() || !bytes.Equal(again.Text(), mine) {
			t.Fatal("a merge with no change is not the other side")
		}
		// Every line of the result is somebody's.
		known := map[string]bool{}
		for _, text := range [][]byte{base, mine, theirs} {
			for line := range bytes.Lines(text) {
				known[strings.TrimRight(string(line), "\r\n")] = true
			}
		}
		for line := range bytes.Lines(r.Both()) {
			if !known[strings.TrimRight(string(line), "\r\n")] {
				t.Fatalf("line %q is nobody's", line)
			}
		}
	})
}
