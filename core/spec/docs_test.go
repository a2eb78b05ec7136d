package spec

import (
	"os"
	"strings"
	"testing"
)

const reference = "../../docs/spec.md"

// blocks are the fenced blocks of the reference with a language, in order.
func blocks(tb testing.TB) []struct{ language, text string } {
	tb.Helper()
	data, err := os.ReadFile(reference)
	if err != nil {
		tb.Fatal(err)
	}
	var found []struct{ language, text string }
	parts := strings.Split(string(data), "```")
	for i := 1; i < len(parts); i += 2 {
		language, text, _ := strings.Cut(parts[i], "\n")
		found = append(found, struct{ language, text string }{language, text})
	}
	return found
}

// TestExamplesOfTheReference checks every spec of docs/spec.md: it is sound and
// in the usual form, what it generates is valid, and so is the input that follows
// it.
func TestExamplesOfTheReference(t *testing.T) {
	t.Parallel()
	all := blocks(t)
	examples := 0
	for i, b := range all {
		if b.language != "spec" {
			continue
		}
		s := mustParse(t, b.text)
		if formatted := string(Format([]byte(b.text))); formatted != b.text {
			t.Errorf("not in the usual form:\n%s\nbut\n%s", b.text, formatted)
		}
		for test := 1; test <= 150; test++ {
			input, err := s.Generate(nil, uint64(test), SizeAt(test*20))
			if err != nil {
				t.Errorf("%v\n%s", err, b.text)
				break
			}
			if v := s.Validate(input); v != nil {
				t.Fatalf("%v\n%s\n%s", v, b.text, input)
			}
		}
		if i+1 < len(all) && all[i+1].language == "input" {
			examples++
			if v := s.Validate([]byte(all[i+1].text)); v != nil {
				t.Errorf("%v\n%s\n%s", v, b.text, all[i+1].text)
			}
		}
	}
	if examples < 20 {
		t.Errorf("there are %d worked examples", examples)
	}
}

// TestReferenceNamesEveryWord keeps the reference complete.
func TestReferenceNamesEveryWord(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	names := append(append(typeNames(), alphabetNames()...), wordNames(modifiers)...)
	names = append(append(names, wordNames(keywords)...), wordNames(functions)...)
	for _, name := range names {
		if !strings.Contains(text, "`"+name) && !strings.Contains(text, `"`+name+`"`) && !strings.Contains(text, name+"(") && !strings.Contains(text, " "+name+" ") {
			t.Errorf("%s does not mention %s", reference, name)
		}
	}
}

// TestCatalogueExamplesAreSound checks what editors show.
func TestCatalogueExamplesAreSound(t *testing.T) {
	t.Parallel()
	head := "n, m, k: int 1..9\n"
	var examples []string
	for _, w := range types {
		examples = append(examples, w.example)
	}
	for _, w := range modifiers {
		examples = append(examples, w.example)
	}
	for _, w := range alphabets {
		examples = append(examples, w.example)
	}
	for _, example := range examples {
		src := head + "repeat 2 {\n  " + example + "\n}\n"
		if _, errs := Parse("example.spec", []byte(src)); len(errs) > 0 {
			t.Errorf("%s: %v", example, errs)
		}
	}
	for _, w := range append(append([]word{}, keywords...), functions...) {
		if _, errs := lex([]byte(w.example)); len(errs) > 0 {
			t.Errorf("%s: %v", w.example, errs)
		}
	}
}
