package web

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTextsStandSideBySide(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, from, to string
		fold           bool
		want           []Row
	}{
		{"equal texts have no rows when folded", "a\nb\n", "a\nb\n", true, nil},
		{"a changed line", "a\nb\nc\n", "a\nx\nc\n", false, []Row{
			{Left: "a", Right: "a", LeftNumber: 1, RightNumber: 1}, {Left: "b", Right: "x", LeftNumber: 2, RightNumber: 2, Changed: true}, {Left: "c", Right: "c", LeftNumber: 3, RightNumber: 3}}},
		{"an added line moves the numbers", "a\nc\n", "a\nb\nc\n", false, []Row{
			{Left: "a", Right: "a", LeftNumber: 1, RightNumber: 1}, {Right: "b", RightNumber: 2, Changed: true}, {Left: "c", Right: "c", LeftNumber: 2, RightNumber: 3}}},
		{"a new file", "", "a\r\n", false, []Row{{Right: "a", RightNumber: 1, Changed: true}}},
		{"far from a change lines are left out", "1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\n5\nx\n", true, []Row{
			{Gap: 2}, {Left: "3", Right: "3", LeftNumber: 3, RightNumber: 3}, {Left: "4", Right: "4", LeftNumber: 4, RightNumber: 4},
			{Left: "5", Right: "5", LeftNumber: 5, RightNumber: 5}, {Left: "6", Right: "x", LeftNumber: 6, RightNumber: 6, Changed: true}}},
	} {
		if diff := cmp.Diff(test.want, sideBySide([]byte(test.from), []byte(test.to), test.fold)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.name, diff)
		}
	}
}

func TestTheProposalHasBothVersions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, base, head, side, want string }{
		{"what each changed by itself", "a\n1\n2\n3\nz\n", "A\n1\n2\n3\nz\n", "a\n1\n2\n3\nZ\n", "A\n1\n2\n3\nZ\n"},
		{"one line that both changed", "a\nb\nc\n", "a\n1\nc\n", "a\n2\nc\n", "a\n1\n2\nc\n"},
		{"the base is the current version", "a\n1\nc\n", "a\n1\nc\n", "a\n2\nc\n", "a\n1\n2\nc\n"},
		{"the base is the other version", "a\n2\nc\n", "a\n1\nc\n", "a\n2\nc\n", "a\n1\n2\nc\n"},
		{"there is no base", "", "a\n", "b\n", "a\nb\n"},
	} {
		if got := string(both([]byte(test.base), []byte(test.head), []byte(test.side))); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

var ourSpan = regexp.MustCompile(`<span class="(?:key|str|num|com)">|</span>`)

// What somebody else wrote is shown, never run: without our colours it is the text again.
func FuzzHighlight(f *testing.F) {
	for _, seed := range []string{"", "<script>alert(1)</script>", `s = "</span><b>" // <i>`, "/* <a\nb> */ x", "# <b>", `"\`, "'", "a/b", "0x1F <3", "\xff<\x00>", "/", "/*", "é<"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, source string, hash bool) {
		var plain []string
		for _, l := range highlight(source, hash) {
			bare := ourSpan.ReplaceAllString(string(l), "")
			if strings.ContainsAny(bare, `<>"'`) {
				t.Fatalf("%q became %q, which has markup in it", source, l)
			}
			plain = append(plain, html.UnescapeString(bare))
		}
		want := strings.ReplaceAll(strings.TrimSuffix(source, "\n"), "\x00", "\uFFFD") // as html/template writes it
		if got := strings.Join(plain, "\n"); got != want {
			t.Fatalf("%q is shown as %q", want, got)
		}
	})
}
