package room_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/problem"
	"stresstester/core/room"
)

// folder writes files and returns their folder. A name may hold slashes.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// named makes files whose text does not matter.
func named(names ...string) map[string]string {
	files := map[string]string{}
	for _, name := range names {
		files[name] = "int main() {}\n"
	}
	return files
}

// roles are the base names of the files found, the tested one left out.
func roles(r *room.Room) map[problem.Role]string {
	out := map[problem.Role]string{}
	for role, path := range r.Roles {
		if role == problem.Tested {
			continue
		}
		if rel, err := filepath.Rel(r.Dir, path); err == nil {
			path = rel
		}
		out[role] = path
	}
	return out
}

func open(t *testing.T, dir, tested string, explicit map[problem.Role]string) *room.Room {
	t.Helper()
	r, err := room.Open(room.Disk{}, filepath.Join(dir, tested), explicit)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		tested string
		files  []string
		want   map[problem.Role]string
	}{
		{
			name: "nothing is found in an empty folder", tested: "sol.cpp",
			want: map[problem.Role]string{},
		},
		{
			name: "every role is found by its own name", tested: "sol.cpp",
			files: []string{"sol_brute.py", "sol_gen.py", "sol.spec", "sol_checker.cpp", "sol_validator.cpp", "sol_interactor.py"},
			want: map[problem.Role]string{
				problem.Brute: "sol_brute.py", problem.Generator: "sol_gen.py", problem.Spec: "sol.spec",
				problem.Checker: "sol_checker.cpp", problem.Validator: "sol_validator.cpp", problem.Interactor: "sol_interactor.py",
			},
		},
		{
			name: "the problem's own files win over the folder's", tested: "sol.cpp",
			files: []string{"brute.cpp", "sol_brute.py", "gen.cpp", "sol__Generator.py", "input.spec", "sol.spec", "interactor.py", "sol_interactor.py"},
			want: map[problem.Role]string{
				problem.Brute: "sol_brute.py", problem.Generator: "sol__Generator.py", problem.Spec: "sol.spec", problem.Interactor: "sol_interactor.py",
			},
		},
		{
			name: "patterns are tried in their order", tested: "sol.cpp",
			files: []string{"good.cpp", "correct.cpp", "naive.cpp", "slow.cpp", "generator.cpp", "gen.py", "check.cpp", "chk.py", "val.cpp", "validator.py", "sol__Interactor.cpp", "sol_interactor.cpp"},
			want: map[problem.Role]string{
				problem.Brute: "slow.cpp", problem.Generator: "gen.py", problem.Checker: "chk.py", problem.Validator: "validator.py", problem.Interactor: "sol__Interactor.cpp",
			},
		},
		{
			name: "files of other problems are left alone", tested: "a.cpp",
			files: []string{"b_brute.cpp", "b_gen.cpp", "b.spec", "b_checker.cpp", "a.py", "abrute.cpp", "A_brute.cpp"},
			want:  map[problem.Role]string{},
		},
		{
			name: "files in no known language are left alone", tested: "sol.cpp",
			files: []string{"brute", "brute.exe", "brute.txt", "brute.cpp.orig", "brute.old.cpp", "brute.class", "gen.cpp~", "slow.py"},
			want:  map[problem.Role]string{problem.Brute: "slow.py"},
		},
		{
			name: "the tested file plays no other role", tested: "brute.cpp",
			files: []string{"slow.cpp", "gen.cpp"},
			want:  map[problem.Role]string{problem.Brute: "slow.cpp", problem.Generator: "gen.cpp"},
		},
		{
			name: "a brute force can be tested", tested: "sol_brute.cpp",
			files: []string{"sol.cpp", "sol_gen.cpp", "brute.py", "gen.py"},
			want:  map[problem.Role]string{problem.Brute: "brute.py", problem.Generator: "gen.py"},
		},
		{
			name: "odd names are found", tested: "my 'sol'\n.cpp",
			files: []string{"my 'sol'\n_brute.cpp", "my 'sol'\n.spec"},
			want:  map[problem.Role]string{problem.Brute: "my 'sol'\n_brute.cpp", problem.Spec: "my 'sol'\n.spec"},
		},
		{
			name: "names that are not UTF-8 are found", tested: "s\xffl.cpp",
			files: []string{"s\xffl_brute.cpp", "s\xfel_gen.cpp"},
			want:  map[problem.Role]string{problem.Brute: "s\xffl_brute.cpp"},
		},
		{
			name: "a leading dash is a letter like any other", tested: "-sol.cpp",
			files: []string{"-sol_brute.cpp", "gen.cpp"},
			want:  map[problem.Role]string{problem.Brute: "-sol_brute.cpp", problem.Generator: "gen.cpp"},
		},
		{
			name: "characters of patterns mean nothing in names", tested: "X*.cpp",
			files: []string{"X_brute.cpp", "X*_gen.cpp", "XY_checker.cpp"},
			want:  map[problem.Role]string{problem.Generator: "X*_gen.cpp"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, named(append(c.files, c.tested)...))
			if diff := cmp.Diff(c.want, roles(open(t, dir, c.tested, nil))); diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheProblemsNameIsFitForAFolder(t *testing.T) {
	t.Parallel()
	for tested, want := range map[string]string{
		"sol.cpp": "sol", "a.b.cpp": "a.b", ".cpp": "_cpp", "..cpp": "_cpp", "...cpp": "_cpp", "my sol.py": "my sol",
	} {
		dir := folder(t, named(tested))
		if got := open(t, dir, tested, nil).Name; got != want {
			t.Errorf("%q is problem %q, want %q", tested, got, want)
		}
	}
}

func TestTwoLanguagesForOneRoleAreAWarning(t *testing.T) {
	t.Parallel()
	dir := folder(t, named("sol.cpp", "gen.py", "gen.cpp", "slow.cpp"))
	r := open(t, dir, "sol.cpp", nil)
	if got := roles(r)[problem.Generator]; got != "gen.cpp" {
		t.Errorf("the generator is %s", got)
	}
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "gen.cpp") || !strings.Contains(r.Warnings[0], "gen.py") {
		t.Errorf("warnings %q do not name both", r.Warnings)
	}
	r = open(t, dir, "sol.cpp", map[problem.Role]string{problem.Generator: filepath.Join(dir, "gen.py")})
	if got := roles(r)[problem.Generator]; got != "gen.py" || len(r.Warnings) != 0 {
		t.Errorf("with an explicit choice: %s, warnings %q", got, r.Warnings)
	}
}

func TestExplicitWinsOverConfigurationWinsOverDiscovery(t *testing.T) {
	t.Parallel()
	files := named("sol.cpp", "sol_brute.cpp", "gen.cpp", "chk.cpp", "mine.py", "other.py", "lib/deep.py")
	files[room.ConfigName] = "brute = 'mine.py'\ngen = 'lib/deep.py'\nchecker = ''\n"
	dir := folder(t, files)
	want := map[problem.Role]string{problem.Brute: "mine.py", problem.Generator: filepath.FromSlash("lib/deep.py")}
	if diff := cmp.Diff(want, roles(open(t, dir, "sol.cpp", nil))); diff != "" {
		t.Errorf("configured roles (-want +got):\n%s", diff)
	}
	explicit := map[problem.Role]string{problem.Brute: filepath.Join(dir, "other.py"), problem.Checker: filepath.Join(dir, "chk.cpp"), problem.Generator: ""}
	want = map[problem.Role]string{problem.Brute: "other.py", problem.Checker: "chk.cpp"}
	if diff := cmp.Diff(want, roles(open(t, dir, "sol.cpp", explicit))); diff != "" {
		t.Errorf("explicit roles (-want +got):\n%s", diff)
	}
}

func TestNamingWhereInputsComeFromReplacesTheOtherWay(t *testing.T) {
	t.Parallel()
	dir := folder(t, named("sol.cpp", "gen.cpp", "sol.spec"))
	path := func(name string) string { return filepath.Join(dir, name) }
	for _, c := range []struct {
		name     string
		explicit map[problem.Role]string
		want     map[problem.Role]string
	}{
		{"both found", nil, map[problem.Role]string{problem.Generator: "gen.cpp", problem.Spec: "sol.spec"}},
		{"a spec named", map[problem.Role]string{problem.Spec: path("sol.spec")}, map[problem.Role]string{problem.Spec: "sol.spec"}},
		{"a generator named", map[problem.Role]string{problem.Generator: path("gen.cpp")}, map[problem.Role]string{problem.Generator: "gen.cpp"}},
		{"both named", map[problem.Role]string{problem.Generator: path("gen.cpp"), problem.Spec: path("sol.spec")},
			map[problem.Role]string{problem.Generator: "gen.cpp", problem.Spec: "sol.spec"}},
	} {
		if diff := cmp.Diff(c.want, roles(open(t, dir, "sol.cpp", c.explicit))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestFilesThatCannotPlayTheirRole(t *testing.T) {
	t.Parallel()
	files := named("sol.cpp", "slow.cpp", "notes.txt")
	files["folder.cpp/x"] = ""
	dir := folder(t, files)
	for _, c := range []struct {
		name     string
		tested   string
		explicit map[problem.Role]string
		role     problem.Role
		says     []string
	}{
		{"a tested file that is not there", "slo.cpp", nil, problem.Tested, []string{"slo.cpp does not exist", "Did you mean"}},
		{"a tested file in no known language", "notes.txt", nil, problem.Tested, []string{"notes.txt is in no known language", ".cpp"}},
		{"a tested folder", "folder.cpp", nil, problem.Tested, []string{"folder.cpp", "not a regular file"}},
		{"a folder that is not there", "no/sol.cpp", nil, problem.Tested, []string{"reading the folder"}},
		{"a brute force that is not there", "sol.cpp", map[problem.Role]string{problem.Brute: "slaw.cpp"}, problem.Brute, []string{"the brute force slaw.cpp", "Did you mean slow.cpp?"}},
		{"a checker in no known language", "sol.cpp", map[problem.Role]string{problem.Checker: "notes.txt"}, problem.Checker, []string{"the checker notes.txt is in no known language"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			explicit := map[problem.Role]string{}
			for role, name := range c.explicit {
				explicit[role] = filepath.Join(dir, name)
			}
			_, err := room.Open(room.Disk{}, filepath.Join(dir, c.tested), explicit)
			var source *room.SourceError
			if !errors.As(err, &source) || source.Role != c.role {
				t.Fatalf("got %v, want an error about %s", err, c.role)
			}
			for _, text := range c.says {
				if !strings.Contains(source.Message, text) {
					t.Errorf("%q does not say %q", source.Message, text)
				}
			}
		})
	}
}

func TestMissingNamesWhatIsStillNeeded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		files []string
		want  []problem.Role
	}{
		{nil, []problem.Role{problem.Generator, problem.Brute}},
		{[]string{"gen.py"}, []problem.Role{problem.Brute}},
		{[]string{"sol.spec"}, []problem.Role{problem.Brute}},
		{[]string{"slow.py"}, []problem.Role{problem.Generator}},
		{[]string{"gen.py", "slow.py"}, nil},
		{[]string{"gen.py", "chk.py"}, nil},
		{[]string{"gen.py", "interactor.py"}, nil},
	} {
		dir := folder(t, named(append(c.files, "sol.cpp")...))
		if diff := cmp.Diff(c.want, open(t, dir, "sol.cpp", nil).Missing()); diff != "" {
			t.Errorf("with %q (-want +got):\n%s", c.files, diff)
		}
	}
}

func TestHowToAddNamesFilesOfTheTestedLanguage(t *testing.T) {
	t.Parallel()
	r := open(t, folder(t, named("sol.py")), "sol.py", nil)
	want := "Add sol_gen.py, sol__Generator.py or gen.py beside it, or name a file with --gen."
	if got := r.HowToAdd(problem.Generator); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// overlay is an editor's view: some files differ from the disk, some exist only
// there.
type overlay struct {
	room.Disk
	buffers map[string]string
}

func (o overlay) ReadFile(name string) ([]byte, error) {
	if text, ok := o.buffers[name]; ok {
		return []byte(text), nil
	}
	return o.Disk.ReadFile(name)
}

func (o overlay) ReadDir(dir string) ([]string, error) {
	names, err := o.Disk.ReadDir(dir)
	for path := range o.buffers {
		if filepath.Dir(path) == dir {
			names = append(names, filepath.Base(path))
		}
	}
	return names, err
}

func TestUnsavedBuffersWin(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"sol.cpp": "old\n", "gen.cpp": "g\n"})
	files := overlay{buffers: map[string]string{
		filepath.Join(dir, "sol.cpp"):       "#include \"new.h\"\n",
		filepath.Join(dir, "new.h"):         "unsaved\n",
		filepath.Join(dir, "slow.py"):       "print(1)\n",
		filepath.Join(dir, room.ConfigName): "tests = 7\n",
	}}
	r, err := room.Open(files, filepath.Join(dir, "sol.cpp"), nil)
	if err != nil {
		t.Fatal(err)
	}
	job, err := r.Job(files, r.Options)
	if err != nil {
		t.Fatal(err)
	}
	tested, _ := job.Program(problem.Tested)
	brute, ok := job.Program(problem.Brute)
	if string(tested.Source) != "#include \"new.h\"\n" || !ok || string(brute.Source) != "print(1)\n" || job.Options.Tests != 7 {
		t.Errorf("the job is not made of the buffers: %+v", job)
	}
	if diff := cmp.Diff([]problem.File{{Name: "new.h", Data: []byte("unsaved\n")}}, tested.Includes); diff != "" {
		t.Errorf("includes (-want +got):\n%s", diff)
	}
}

func TestDiskReadsRegularFilesOnly(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.txt": "a", "sub/b.txt": "b"})
	if err := os.Symlink("a.txt", filepath.Join(dir, "link.txt")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink("sub", filepath.Join(dir, "sublink")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("gone", filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	names, err := room.Disk{}.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a.txt", "link.txt"}, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if _, err := (room.Disk{}).ReadFile(filepath.Join(dir, "sub")); !errors.Is(err, room.ErrNotRegular) {
		t.Errorf("reading a folder: %v", err)
	}
	if _, err := (room.Disk{}).ReadFile(filepath.Join(dir, "no")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading nothing: %v", err)
	}
}
