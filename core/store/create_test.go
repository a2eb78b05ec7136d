package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestCreatingWithoutHardLinksNeverReplacesAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "wa-1.in")
	for i, text := range []string{"first", "second"} {
		temp, err := writeTemp(dir, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		err = createWithoutLink(temp, path)
		if i == 0 && err != nil || i == 1 && !errors.Is(err, fs.ErrExist) {
			t.Errorf("writing %q: %v", text, err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "first" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}
