package main

import (
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"stresstester/core/problem"
)

// replay builds the commands that show a failure again.
type replay struct {
	tested  string // as the user named it
	command *pflag.FlagSet
}

// notReplayed are the flags that a replay replaces or has no use for.
var notReplayed = map[string]bool{
	"tests": true, "seed": true, "time": true, "jobs": true, "keep-going": true, "format": true, "input": true, "no-shrink": true, "verbose": true,
}

// commands lists the command for the generated test, and the one for the saved
// input, where there are such.
func (r replay) commands(f problem.Failure) []string {
	var out []string
	if f.TestName == "" && f.TestSeed > 0 {
		out = append(out, r.line("run", "--tests", "1", "--seed", strconv.FormatUint(f.TestSeed, 10)))
	}
	input := ""
	if f.Counterexample != nil {
		input = f.Counterexample.SavedAs
	}
	if input != "" {
		out = append(out, r.line("shrink", "--no-shrink", "--input", beside(r.tested, input)))
	} else if given := r.command.Lookup("input"); given != nil && given.Changed && given.Value.String() != "-" {
		out = append(out, r.line("shrink", "--no-shrink", "--input", given.Value.String()))
	}
	return out
}

// beside is the path of a file that is named relative to the tested file's folder.
func beside(tested, name string) string {
	return safe(filepath.Join(filepath.Dir(tested), filepath.FromSlash(name)))
}

func (r replay) line(args ...string) string {
	words := append([]string{"stresstester"}, args...)
	r.command.VisitAll(func(f *pflag.Flag) {
		if !f.Changed || notReplayed[f.Name] {
			return
		}
		switch value := f.Value.String(); {
		case f.NoOptDefVal == "":
			words = append(words, "--"+f.Name, value)
		case value == f.NoOptDefVal:
			words = append(words, "--"+f.Name)
		default:
			words = append(words, "--"+f.Name+"="+value)
		}
	})
	words = append(words, safe(r.tested))
	for i, word := range words {
		words[i] = shellQuoted(word)
	}
	return strings.Join(words, " ")
}

// safe keeps a file's name from being taken for a flag.
func safe(path string) string {
	if strings.HasPrefix(path, "-") {
		return "." + string(filepath.Separator) + path
	}
	return path
}

// shellQuoted is the word as a shell reads it. What cannot be typed is written
// in the $'…' form of bash, zsh and ksh.
func shellQuoted(word string) string {
	plain := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_./:=,+@%", r))
	}
	printable := utf8.ValidString(word)
	needs := word == ""
	for _, r := range word {
		needs = needs || !plain(r)
		printable = printable && unicode.IsPrint(r)
	}
	switch {
	case !needs:
		return word
	case printable:
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(word) {
		switch c := word[i]; {
		case c == '\\' || c == '\'':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c >= 0x7f:
			b.WriteString(`\` + octal(c))
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

func octal(c byte) string {
	const digits = 3
	s := strconv.FormatUint(uint64(c), 8)
	return strings.Repeat("0", digits-len(s)) + s
}
