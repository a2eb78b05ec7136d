package server

import (
	"strings"
	"testing"

	"stresstester/core/problem"
	"stresstester/lsp/document"
)

func TestCutShowsTheBeginningAndCountsTheRest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"nothing":                  {"", ""},
		"one line":                 {"1 2 3\n", "1 2 3"},
		"a few lines":              {"1\n2\n\n", "1\n2"},
		"many lines":               {strings.Repeat("x\n", 20), strings.Repeat("x\n", 8) + "… 12 more lines"},
		"one line too many":        {strings.Repeat("x\n", 9), strings.Repeat("x\n", 8) + "… 1 more line"},
		"a long line":              {strings.Repeat("x", 1000), strings.Repeat("x", 400) + "…"},
		"a long line among others": {"a\n" + strings.Repeat("ж", 1000) + "\nb\n", "a\n" + strings.Repeat("ж", 399) + "…\n… 1 more line"},
		"what is not a text":       {"a\xff\xfeb", "a�b"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := cut(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEntryLineIsWhereAProgramBeginsToWork(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want int
	}{
		"C++ main":             {"#include <x>\n\nint main() {\n}\n", 3},
		"C++ on one line":      {"#include <x>\nint main() { int n; std::cin >> n; }\n", 2},
		"C++ solve first":      {"void solve() {\n}\nint main() {\n  solve();\n}\n", 1},
		"C++ declared above":   {"void solve();\nint main() {\n  solve();\n}\nvoid solve() {\n}\n", 5},
		"C++ in a class":       {"struct S {\n  vector<int> solve(int n) {\n  }\n};\n", 2},
		"a brace on its own":   {"int\nx;\nint main()\n{\n}\n", 3},
		"Python def solve":     {"import sys\ndef solve(n):\n  pass\nsolve(1)\n", 2},
		"Python main guard":    {"x = 1\nif __name__ == '__main__':\n  pass\n", 2},
		"Java":                 {"class A {\n  public static void main(String[] args) {\n", 2},
		"Go":                   {"package main\n\nfunc main() {\n", 3},
		"Rust":                 {"use std;\nfn main() {\n", 2},
		"neither":              {"a, b = input().split()\nprint(a)\n", 1},
		"nothing":              {"", 1},
		"the words in a text":  {"# main (see below)\nprint('solve (this);')\n", 1},
		"Windows' line ends":   {"int x;\r\nint main() {\r\n}\r\n", 2},
		"a solver in its name": {"int resolve(int x) {\n}\nint main() {\n", 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := entryLine(document.Detached("file:///x", []byte(tt.text), document.UTF16)); got != tt.want {
				t.Errorf("got line %d, want %d", got, tt.want)
			}
		})
	}
}

func TestHelpersAreKnownByTheirNames(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name   string
		helper bool
	}{
		"sol.cpp":             {"", false},
		"sol_brute.cpp":       {"sol", true},
		"sol__Good.py":        {"sol", true},
		"brute.cpp":           {"", true},
		"gen.py":              {"", true},
		"a_gen.py":            {"a", true},
		"sol.spec":            {"sol", true},
		"input.spec":          {"input", true},
		"_brute.cpp":          {"", false},
		"brutes.cpp":          {"", false},
		"sol__Interactor.cpp": {"sol", true},
		"":                    {"", false},
	}
	for base, tt := range tests {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			name, helper := helperOf(base)
			if name != tt.name || helper != tt.helper {
				t.Errorf("got %q, %v, want %q, %v", name, helper, tt.name, tt.helper)
			}
		})
	}
}

func TestHoverPutsTheOutputsBesideEachOther(t *testing.T) {
	t.Parallel()
	f := problem.Failure{Verdict: problem.WA, Message: "wrong answer (token 2: expected <b>, got *c*)", Counterexample: &problem.Counterexample{
		Input: problem.Text("3\n```\n"), Expected: problem.Text("a\nb\nd\n"), Actual: problem.Text("a\n|c|\n"), Minimality: "Nothing can be removed.",
	}}
	want := "**WA** wrong answer (token 2: expected \\<b\\>, got \\*c\\*)\n\n" +
		"Input:\n\n````text\n3\n```\n````\n\n" +
		"| | expected | actual |\n|-:|:-|:-|\n| 1 | a | a |\n| 2 | **b** | **\\|c\\|** |\n| 3 | d |  |\n\n" +
		"Nothing can be removed.\n"
	if got := failureMarkdown(f); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestHoverCutsLongOutputs(t *testing.T) {
	t.Parallel()
	c := &problem.Counterexample{Expected: problem.Text(strings.Repeat("1\n", 1000)), Actual: problem.Text(strings.Repeat("x", 1000))}
	table := outputTable(c)
	if rows := strings.Count(table, "\n"); rows > hoverRows+5 {
		t.Errorf("%d rows", rows)
	}
	if len(table) > 2000 || !strings.Contains(table, "… 984 more") {
		t.Errorf("got\n%s", table)
	}
}

func FuzzMessages(f *testing.F) {
	f.Add("wrong", []byte("1\n"), []byte("2"), []byte("3"), []byte(""))
	f.Fuzz(func(t *testing.T, message string, input, expected, actual, stderr []byte) {
		failure := problem.Failure{Verdict: problem.WA, Message: message, Counterexample: &problem.Counterexample{
			Input: input, Expected: expected, Actual: actual, Stderr: stderr,
		}}
		if n := len(failureText(failure)); n > len(message)+4*(shownRunes*4+shownLines+100) {
			t.Errorf("the message has %d bytes", n)
		}
		failureMarkdown(failure)
	})
}
