package room_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/problem"
	"stresstester/core/room"
)

// snapshot opens the room of sol.cpp and takes its job.
func snapshot(t *testing.T, dir string) (problem.Job, []string) {
	t.Helper()
	r := open(t, dir, "sol.cpp", nil)
	job, warnings, err := r.Snapshot(room.Disk{}, r.Options)
	if err != nil {
		t.Fatal(err)
	}
	return job, warnings
}

func includeNames(p *problem.Program) []string {
	var names []string
	for _, f := range p.Includes {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

func TestIncludesComeAlong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		files    map[string]string
		want     []string
		warnings []string
	}{
		{
			name:  "none",
			files: map[string]string{"sol.cpp": "#include <vector>\n"},
		},
		{
			name: "one beside the source, and what it includes in turn",
			files: map[string]string{
				"sol.cpp": "#include \"a.h\"\n", "a.h": "#include \"sub/b.h\"\n", "sub/b.h": "#include \"c.h\"\n#include \"../d.h\"\n",
				"sub/c.h": "", "d.h": "", "unused.h": "",
			},
			want: []string{"a.h", "d.h", "sub/b.h", "sub/c.h"},
		},
		{
			name:  "a cycle",
			files: map[string]string{"sol.cpp": "#include \"a.h\"\n", "a.h": "#include \"b.h\"\n", "b.h": "#include \"a.h\"\n#include \"b.h\"\n"},
			want:  []string{"a.h", "b.h"},
		},
		{
			name: "from a configured folder, where the source's own folder wins",
			files: map[string]string{
				"sol.cpp": "#include \"a.h\"\n#include \"deep/b.h\"\n", room.ConfigName: "include = ['lib', 'more']\n",
				"a.h": "mine", "lib/a.h": "theirs", "more/deep/b.h": "#include \"c.h\"", "more/deep/c.h": "",
			},
			want: []string{"a.h", "deep/b.h", "deep/c.h"},
		},
		{
			name: "under their full names from a library that includes itself in a circle",
			files: map[string]string{
				"sol.cpp": "#include <ac/a.hpp>\n#include \"sub/x.h\"\n", room.ConfigName: "include = ['lib']\n", "sub/x.h": "#include \"mine.h\"\n", "mine.h": "",
				"lib/ac/a.hpp": "#include \"ac/b.hpp\"\n", "lib/ac/b.hpp": "#include \"ac/a.hpp\"\n#include \"c.hpp\"\n", "lib/ac/c.hpp": "",
			},
			want: []string{"ac/a.hpp", "ac/b.hpp", "ac/c.hpp", "mine.h", "sub/x.h"},
		},
		{
			name:  "a file that is not there is the compiler's business",
			files: map[string]string{"sol.cpp": "#include \"absent.h\"\n#include \"../absent.h\"\n#include \"/absent.h\"\n"},
		},
		{
			name:  "a folder is no include",
			files: map[string]string{"sol.cpp": "#include \"sub\"\n", "sub/a.h": ""},
		},
		{
			name:     "names that are not UTF-8",
			files:    map[string]string{"sol.cpp": "#include \"\xff.h\"\n", "\xff.h": ""},
			warnings: []string{`sol.cpp includes "\xff.h", a name that is not UTF-8 text; it is left out.`},
		},
		{
			name:  "odd names",
			files: map[string]string{"sol.cpp": "#include \"my 'header'.h\"\n", "my 'header'.h": ""},
			want:  []string{"my 'header'.h"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, c.files)
			job, warnings := snapshot(t, dir)
			p, _ := job.Program(problem.Tested)
			if diff := cmp.Diff(c.want, includeNames(p)); diff != "" {
				t.Errorf("includes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.warnings, warnings); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIncludesNeverLeaveTheFolder(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"secret.h":          "secret",
		"p/sol.cpp":         "#include \"../secret.h\"\n#include \"sub/../../secret.h\"\n#include \"sub/x.h\"\n",
		"p/sub/x.h":         "#include \"../ok.h\"\n#include \"../../secret.h\"\n",
		"p/ok.h":            "",
		"p/gen.cpp":         "x",
		"p/" + "unused.cpp": "",
	})
	absolute := filepath.Join(dir, "secret.h")
	if err := os.WriteFile(filepath.Join(dir, "p", "gen.cpp"), fmt.Appendf(nil, "#include %q\n", absolute), 0o644); err != nil {
		t.Fatal(err)
	}
	job, warnings := snapshot(t, filepath.Join(dir, "p"))
	p, _ := job.Program(problem.Tested)
	if diff := cmp.Diff([]string{"ok.h", "sub/x.h"}, includeNames(p)); diff != "" {
		t.Errorf("includes (-want +got):\n%s", diff)
	}
	g, _ := job.Program(problem.Generator)
	if len(g.Includes) > 0 {
		t.Errorf("an absolute include came along: %q", includeNames(g))
	}
	remedy := `Write include = [".."] into stresstester.toml and #include "secret.h" into the source.`
	if len(warnings) != 3 || !strings.HasSuffix(warnings[0], remedy) || !strings.HasSuffix(warnings[1], remedy) {
		t.Errorf("warnings %q", warnings)
	}
}

func TestTheRemedyForIncludesOutsideWorks(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"lib/debug.h":          "#include \"more.h\"\n",
		"lib/more.h":           "",
		"p/sol.cpp":            "#include \"debug.h\"\n",
		"p/" + room.ConfigName: "include = ['../lib']\n",
	})
	job, warnings := snapshot(t, filepath.Join(dir, "p"))
	p, _ := job.Program(problem.Tested)
	if diff := cmp.Diff([]string{"debug.h", "more.h"}, includeNames(p)); diff != "" || len(warnings) > 0 {
		t.Errorf("warnings %q, includes (-want +got):\n%s", warnings, diff)
	}
}

func TestIncludesAreBounded(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	var source strings.Builder
	for i := range 1100 {
		fmt.Fprintf(&source, "#include \"h%d.h\"\n", i)
		files[fmt.Sprintf("h%d.h", i)] = ""
	}
	files["sol.cpp"] = source.String()
	job, warnings := snapshot(t, folder(t, files))
	if p, _ := job.Program(problem.Tested); len(p.Includes) > 1001 || len(warnings) != 1 {
		t.Errorf("%d includes, warnings %q", len(p.Includes), warnings)
	}
	large := overlay{buffers: map[string]string{}}
	dir := folder(t, map[string]string{"sol.cpp": "#include \"big.h\"\n"})
	large.buffers[filepath.Join(dir, "big.h")] = strings.Repeat(" ", room.MaxSource+1)
	r := open(t, dir, "sol.cpp", nil)
	job, warnings, err := r.Snapshot(large, r.Options)
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := job.Program(problem.Tested); len(p.Includes) != 0 || len(warnings) != 1 || !strings.Contains(warnings[0], "at most 16 MiB") {
		t.Errorf("%d includes, warnings %q", len(p.Includes), warnings)
	}
}

func TestSourcesThatAreNoTextAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, says string }{
		{"empty", "", "the tested program sol.cpp is empty."},
		{"blank", " \n\t\n", "the tested program sol.cpp is empty."},
		{"binary", "\x7fELF\x02\x01\x01\x00\x00", "the tested program sol.cpp is not a text: there is a zero byte at offset 7. Is it a compiled program?"},
		{"UTF-16", "\xff\xfei\x00n\x00t\x00", "the tested program sol.cpp is UTF-16 text. Save it as UTF-8."},
		{"17 MiB", strings.Repeat("//\n", 17<<20/3), "the tested program sol.cpp is too large: it has 17.0 MiB, and at most 16 MiB are taken."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := open(t, folder(t, map[string]string{"sol.cpp": c.text}), "sol.cpp", nil)
			_, err := r.Job(room.Disk{}, r.Options)
			var source *room.SourceError
			if !errors.As(err, &source) || source.Message != c.says || source.Role != problem.Tested {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestAHugeFileIsNotEvenRead(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"sol.cpp": "x"})
	if err := os.Truncate(filepath.Join(dir, "sol.cpp"), 1<<34); err != nil {
		t.Skip(err)
	}
	r := open(t, dir, "sol.cpp", nil)
	if _, err := r.Job(room.Disk{}, r.Options); err == nil || !strings.Contains(err.Error(), "it has 16384.0 MiB, and at most 16 MiB are taken") {
		t.Errorf("got %v", err)
	}
}

func TestLatin1SourcesAreTakenAsTheyAre(t *testing.T) {
	t.Parallel()
	job, _ := snapshot(t, folder(t, map[string]string{"sol.cpp": "// caf\xe9\n"}))
	if p, _ := job.Program(problem.Tested); !bytes.Equal(p.Source, []byte("// caf\xe9\n")) {
		t.Errorf("the source became %q", p.Source)
	}
}

func TestSavedTestsComeAlongSamplesFirst(t *testing.T) {
	t.Parallel()
	job, _ := snapshot(t, folder(t, map[string]string{
		"sol.cpp":                           "x",
		".stresstester/sol/wa-1.in":         "1\n",
		".stresstester/sol/wa-1.ans":        "2\n",
		".stresstester/sol/sample-1.in":     "3\n",
		".stresstester/other/wa-1.in":       "4\n",
		".stresstester/sol/.trash/wa-2.in":  "5\n",
		".stresstester/sol/.trash/wa-2.ans": "5\n",
	}))
	want := []problem.Test{
		{Name: "sample-1", Input: []byte("3\n")},
		{Name: "wa-1", Input: []byte("1\n"), Answer: []byte("2\n"), HasAnswer: true},
	}
	if diff := cmp.Diff(want, job.Saved); diff != "" {
		t.Errorf("saved tests (-want +got):\n%s", diff)
	}
}

func TestAJobIsASnapshot(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"sol.cpp": "before", "gen.py": "print(1)"})
	job, _ := snapshot(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "sol.cpp"), []byte("after!"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, _ := job.Program(problem.Tested)
	if string(p.Source) != "before" || p.Name != "sol.cpp" || p.Path != filepath.Join(dir, "sol.cpp") || p.Recipe.Language != "cpp" {
		t.Errorf("the program is %+v", p)
	}
}

// boundless is a disk on which every file exists.
type boundless struct{}

func (boundless) ReadFile(name string) ([]byte, error) {
	if filepath.Base(name) == room.ConfigName {
		return nil, os.ErrNotExist
	}
	return []byte("// " + name + "\n"), nil
}

func (boundless) ReadDir(string) ([]string, error) { return []string{"sol.cpp"}, nil }

func FuzzIncludesNeverLeaveTheFolder(f *testing.F) {
	f.Add("a.h", "../b.h")
	f.Add("/etc/passwd", "..")
	f.Add("sub/../../x", "./..//../y")
	f.Add("..\\..\\x", "C:\\x")
	f.Add("\xff", "a\x00b")
	f.Fuzz(func(t *testing.T, a, b string) {
		files := oneText{boundless{}, "/p/sol.cpp", "#include \"" + a + "\"\n#include \"" + b + "\"\n"}
		r, err := room.Open(files, "/p/sol.cpp", nil)
		if err != nil {
			t.Fatal(err)
		}
		job, _, err := r.Snapshot(files, r.Options)
		var source *room.SourceError
		if errors.As(err, &source) {
			return // the names made it something else than a text
		}
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, file := range job.Programs[0].Includes {
			path := strings.TrimSuffix(strings.TrimPrefix(string(file.Data), "// "), "\n")
			if !filepath.IsLocal(file.Name) || !strings.HasPrefix(path, "/p/") || seen[file.Name] {
				t.Errorf("%q from %q came along", file.Name, path)
			}
			seen[file.Name] = true
		}
	})
}

// oneText is boundless with one file of a given text.
type oneText struct {
	boundless
	path, text string
}

func (o oneText) ReadFile(name string) ([]byte, error) {
	if name == o.path {
		return []byte(o.text), nil
	}
	return o.boundless.ReadFile(name)
}
