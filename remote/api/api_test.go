package api

import (
	"strings"
	"testing"
)

func TestIDsOfVersion7SortByTime(t *testing.T) {
	t.Parallel()
	last := ""
	for range 10_000 {
		id := NewID()
		if !ValidID(id) || id[14] != '7' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Fatalf("%s is not a UUID of version 7", id)
		}
		if id <= last {
			t.Fatalf("%s does not sort after %s", id, last)
		}
		last = id
	}
}

func TestIDsInOtherFormsAreRefused(t *testing.T) {
	t.Parallel()
	good := NewID()
	for _, bad := range []string{"", good[1:], good + "0", strings.ToUpper(good[:35]) + "F", "{" + good[1:35] + "}", strings.ReplaceAll(good, "-", "0")} {
		if ValidID(bad) {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestETags(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Revision{`"0"`: 0, `"17"`: 17, `W/"17"`: 17, "\t\"3\"": 3} {
		if got, err := ParseETag(text); err != nil || got != want {
			t.Errorf("ParseETag(%s) = %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "17", `"17`, `17"`, `"-1"`, `"+1"`, `"01"`, `"x"`, `*`, `"99999999999999999999"`, `"1", "2"`} {
		if got, err := ParseETag(text); err == nil {
			t.Errorf("ParseETag(%s) = %d, want an error", text, got)
		}
	}
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	k := IdempotencyKey{"Laptop_7.f-3", 42}
	if got, err := ParseIdempotencyKey(k.String()); err != nil || got != k {
		t.Errorf("%s was read as %v, %v", k, got, err)
	}
	for _, text := range []string{"", "a", "a:", ":1", "a:-1", "a:01", "a b:1", "a:1:2", "ä:1", strings.Repeat("x", 65) + ":1", "a:99999999999999999999"} {
		if got, err := ParseIdempotencyKey(text); err == nil {
			t.Errorf("%q was read as %v, want an error", text, got)
		}
	}
}

func TestSlots(t *testing.T) {
	t.Parallel()
	for _, s := range []Slot{"tested", "brute", "generator", "spec", "checker", "validator", "interactor", Config, IncludeSlot("testlib.h"), IncludeSlot("lib/tree.h"), IncludeSlot("ü b.h"), TestInput("wa-1"), TestAnswer("a.b")} {
		if err := s.Validate(); err != nil {
			t.Errorf("%s is refused: %v", s, err)
		}
	}
	for _, s := range []Slot{"", "Tested", "main", "include:", "include:../x", "include:/etc/x", "include:a//b", "include:a\\b", "include:a\x00b", "include:.", "test:", "test:.in", "test:x", "test:a/b.in", "test:../a.in", "test:..in/..ans", "config:x", Slot("include:" + strings.Repeat("x", 201)), "include:\xff"} {
		if err := s.Validate(); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
}

func FuzzAValidSlotStaysInItsFolder(f *testing.F) {
	f.Add("include:a/b")
	f.Add("test:..in")
	f.Fuzz(func(t *testing.T, text string) {
		s := Slot(text)
		if s.Validate() != nil {
			return
		}
		_, name := s.Kind()
		for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '\\' }) {
			if part == ".." {
				t.Errorf("%q leaves the folder", text)
			}
		}
		if strings.HasPrefix(name, "/") {
			t.Errorf("%q is absolute", text)
		}
	})
}
