package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestRemoveContentsRemovesWhateverThereIs(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(t *testing.T, dir string){
		"nothing": func(*testing.T, string) {},
		"a folder deeper than any path": func(t *testing.T, dir string) {
			fd, err := unix.Open(dir, unix.O_DIRECTORY, 0)
			must(t, err)
			for range 3000 {
				must(t, unix.Mkdirat(fd, "deep", 0o700))
				next, err := unix.Openat(fd, "deep", unix.O_DIRECTORY, 0)
				must(t, err)
				must(t, unix.Close(fd))
				fd = next
			}
			must(t, unix.Close(fd))
		},
		"names that are no names": func(t *testing.T, dir string) {
			for _, name := range []string{"a\nb", "-rf", "\xff\xfe", "...", strings.Repeat("n", 255), " ", "*", "1", "2"} {
				must(t, os.Mkdir(filepath.Join(dir, name), 0o700))
				must(t, os.Mkdir(filepath.Join(dir, name, "1"), 0o700))
				must(t, os.WriteFile(filepath.Join(dir, name, "1", name), nil, 0o600))
			}
		},
		"folders without any right": func(t *testing.T, dir string) {
			must(t, os.MkdirAll(filepath.Join(dir, "a", "b", "c"), 0o700))
			must(t, os.Chmod(filepath.Join(dir, "a", "b"), 0))
			must(t, os.Chmod(filepath.Join(dir, "a"), 0o1000))
		},
		"links, pipes and many files": func(t *testing.T, dir string) {
			must(t, os.Symlink("/", filepath.Join(dir, "root")))
			must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
			for i := range 5000 {
				must(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o600))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if os.Getuid() != 0 && strings.Contains(name, "right") {
				t.Skip("only root can enter folders without rights")
			}
			dir := t.TempDir()
			make(t, dir)
			must(t, removeContents(dir))
			if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
