package main

import (
	"strings"
	"testing"
)

func TestNotesBecomeTables(t *testing.T) {
	t.Parallel()
	got, err := table([]byte(`{"area":"Merging","what":"b","tried":"5 times","result":"0 | wrong","test":"TestB/part"}
{"area":"Nothing acknowledged is lost","what":"z","tried":"once","result":"old","test":"TestZ"}
{"area":"Merging","what":"a","tried":"7 times","result":"fine","test":"TestA"}
{"area":"Nothing acknowledged is lost","what":"z","tried":"twice","result":"new","test":"TestZ"}
`))
	if err != nil {
		t.Fatal(err)
	}
	const head = "\n\n| What | Tried | Result | Test |\n| --- | --- | --- | --- |\n"
	want := "\n### Nothing acknowledged is lost" + head + "| z | twice | new | `TestZ` |\n" +
		"\n### Merging" + head + "| a | 7 times | fine | `TestA` |\n| b | 5 times | 0 \\| wrong | `TestB` |\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for name, notes := range map[string]string{"no JSON": "what\n", "an unknown area": `{"area":"elsewhere"}` + "\n"} {
		if got, err := table([]byte(notes)); err == nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
	text, err := replace([]byte("before\n"+begin+"\nold\n"+end+"\nafter\n"), "new\n")
	if err != nil || string(text) != "before\n"+begin+"\nnew\n"+end+"\nafter\n" {
		t.Errorf("got %q, %v", text, err)
	}
	if _, err := replace([]byte("no marks"), ""); err == nil || !strings.Contains(err.Error(), "marks") {
		t.Errorf("without marks: %v", err)
	}
}
