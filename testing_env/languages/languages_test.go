// Package languages_test runs every language's examples in a real sandbox image.
//
// testdata has a folder for each language: sum reads n and n numbers and prints
// their sum and the largest, broken does not compile, crash ends badly, deep
// recurses deeply, hungry needs more memory than there is. The lines at fault are marked in the sources.
package languages_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"stresstester/core/languages"
	"stresstester/core/problem"
)

// Marks of lines in the examples.
const (
	errorMark = "<-- error"
	crashMark = "<-- crash"
)

// Limits that the sandbox would fill in.
const (
	memoryMB = 256
	stackMB  = memoryMB - 12
)

// sandbox is a container of the image under test, with a shell's means in place
// of the driver: what works here works by the recipe alone.
type sandbox struct {
	container string
	target    string
}

func start(t *testing.T) *sandbox {
	t.Helper()
	image := os.Getenv("STRESSTESTER_IMAGE")
	if image == "" {
		t.Skip("STRESSTESTER_IMAGE does not name a sandbox image")
	}
	target := docker(t, nil, "image", "inspect", "-f", `{{index .Config.Labels "stresstester.target"}}`, image)
	s := &sandbox{container: fmt.Sprintf("stresstester-languages-%d-%d", os.Getpid(), containers.Add(1)), target: strings.TrimSpace(target)}
	cmd := exec.Command("docker", "run", "--rm", "-i", "--name", s.container, "--network", "none", "--read-only", "--cap-drop", "ALL",
		"--security-opt", "no-new-privileges", "--user", "20001:20001", "--init", "--memory", "2g", "--memory-swap", "2g", "--pids-limit", "400",
		"--tmpfs", "/w:exec,mode=1777,size=1g", "--ulimit", fmt.Sprintf("stack=%d", stackMB<<20),
		image, "sh", "-c", "echo ready; exec cat")
	// The container lives as long as its standard input, and so not longer than
	// this test, however that ends.
	alive, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = alive.Close()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the container said %q: %v", line, err)
	}
	return s
}

// containers counts those that were started, for their names.
var containers atomic.Int32

// docker runs a command that must succeed.
func docker(t *testing.T, stdin []byte, args ...string) string {
	t.Helper()
	ran := command(t, stdin, "docker", args...)
	if ran.code != 0 {
		t.Fatalf("docker %s: status %d: %s", strings.Join(args, " "), ran.code, ran.stderr)
	}
	return ran.stdout
}

type outcome struct {
	stdout, stderr string
	code           int
}

func command(t *testing.T, stdin []byte, name string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", name, err)
	}
	return outcome{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// exec runs a command in a folder of the container.
func (s *sandbox) exec(t *testing.T, folder string, env []string, stdin []byte, args ...string) outcome {
	t.Helper()
	docker := []string{"exec", "-i", "-w", folder, "-e", "LANG=C.UTF-8", "-e", "HOME=" + folder, "-e", "TMPDIR=" + folder}
	for _, e := range env {
		docker = append(docker, "-e", e)
	}
	return command(t, stdin, "docker", append(append(docker, s.container), args...)...)
}

// has tells whether the image has the language, by its version probe.
func (s *sandbox) has(t *testing.T, l *languages.Language) bool {
	t.Helper()
	ran := s.exec(t, "/w", nil, nil, l.VersionCommand()...)
	if ran.code != 0 {
		return false
	}
	version, ok := l.Version([]byte(ran.stdout + ran.stderr))
	if !ok {
		t.Errorf("no version in %q", ran.stdout+ran.stderr)
	}
	if documented := documentedVersion(t, l); !strings.HasPrefix(version+".", documented+".") {
		t.Errorf("the version is %s; docs/languages.md says %s", version, documented)
	}
	return ok
}

// documentedVersion is the version number that docs/languages.md gives.
func documentedVersion(t *testing.T, l *languages.Language) string {
	t.Helper()
	row := regexp.MustCompile("(?m)^\\| [^|]+\\| `" + l.ID + "` \\| [^|\\d]*(\\d+(?:\\.\\d+)*)")
	m := row.FindSubmatch(read(t, "../../docs/languages.md"))
	if m == nil {
		t.Fatalf("docs/languages.md has no version of %s", l.ID)
	}
	return string(m[1])
}

// built is a program in the sandbox.
type built struct {
	program problem.Program
	folder  string // what {dir} stands for
	output  string // the compiler's
	ok      bool
}

// build follows the recipe.
func (s *sandbox) build(t *testing.T, l *languages.Language, program problem.Program) built {
	t.Helper()
	recipe, err := l.Recipe(&program)
	if err != nil {
		t.Fatal(err)
	}
	program.Recipe = recipe
	folder := "/w/" + strings.NewReplacer("/", "-", "#", "-").Replace(t.Name())
	s.unpack(t, folder, &program)
	if len(recipe.Compile) == 0 {
		return built{program, folder, "", true}
	}
	merge := []string{"sh", "-c", `exec "$@" 2>&1`, "sh"}
	ran := s.exec(t, folder, recipe.Env, nil, append(merge, recipe.Compile...)...)
	t.Logf("compiler, status %d:\n%s", ran.code, ran.stdout)
	return built{program, folder + "/out", ran.stdout, ran.code == 0}
}

// unpack lays a program's sources out in a fresh folder.
func (s *sandbox) unpack(t *testing.T, folder string, program *problem.Program) {
	t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	files := append([]problem.File{{Name: program.Recipe.SourceName, Data: program.Source}}, program.Includes...)
	for _, f := range files {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: f.Name, Mode: 0o644, Size: int64(len(f.Data))}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	ran := s.exec(t, "/w", nil, archive.Bytes(), "sh", "-c", `mkdir -p "$1/out" && tar -x -C "$1"`, "sh", folder)
	if ran.code != 0 {
		t.Fatalf("unpacking %s: %s", program.Name, ran.stderr)
	}
}

// run runs a built program in another folder than its own.
func (s *sandbox) run(t *testing.T, b built, input string) outcome {
	t.Helper()
	fill := strings.NewReplacer("{dir}", b.folder, "{memory_mb}", fmt.Sprint(memoryMB), "{stack_mb}", fmt.Sprint(stackMB))
	var args, env []string
	for _, a := range b.program.Recipe.Run {
		args = append(args, fill.Replace(a))
	}
	for _, e := range b.program.Recipe.Env {
		env = append(env, fill.Replace(e))
	}
	if !b.program.Recipe.Threads {
		// As the driver does; runtimes with threads reserve any amount of addresses.
		args = append([]string{"sh", "-c", fmt.Sprintf(`ulimit -v %d && exec "$@"`, (2*memoryMB+4096)<<10), "sh"}, args...)
	}
	ran := s.exec(t, "/w", env, []byte(input), args...)
	t.Logf("program, status %d:\n%s\n%s", ran.code, ran.stdout, clip(ran.stderr))
	return ran
}

func clip(text string) string {
	const most = 4000
	if len(text) > most {
		return text[:most] + " …"
	}
	return text
}

// example reads a language's example and the files beside it that it includes.
func example(t *testing.T, l *languages.Language, kind string) (problem.Program, bool) {
	t.Helper()
	matches, err := filepath.Glob(filepath.Join("testdata", l.ID, kind+".*"))
	if err != nil || len(matches) > 1 {
		t.Fatalf("examples %q: %v", matches, err)
	}
	if len(matches) == 0 {
		return problem.Program{}, false
	}
	return program(t, l, matches[0]), true
}

func program(t *testing.T, l *languages.Language, file string) problem.Program {
	t.Helper()
	p := problem.Program{Role: problem.Tested, Name: filepath.Base(file), Path: file, Source: read(t, file)}
	seen := map[string]bool{}
	queue := l.LocalIncludes(p.Source)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		data, err := os.ReadFile(filepath.Join(filepath.Dir(file), filepath.FromSlash(name)))
		if err != nil || seen[name] || name == p.Name {
			continue
		}
		seen[name] = true
		p.Includes = append(p.Includes, problem.File{Name: name, Data: data})
		queue = append(queue, l.LocalIncludes(data)...)
	}
	return p
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// markedLine is the line that bears the mark, counted from 1.
func markedLine(t *testing.T, source []byte, mark string) int {
	t.Helper()
	for i, line := range strings.Split(string(source), "\n") {
		if strings.Contains(line, mark) {
			return i + 1
		}
	}
	t.Fatalf("no line is marked %q", mark)
	return 0
}

func TestEveryLanguageWorksInTheSandbox(t *testing.T) {
	t.Parallel()
	s := start(t)
	input, want := string(read(t, "testdata/input.txt")), string(read(t, "testdata/output.txt"))
	for _, l := range languages.Default().All() {
		t.Run(l.ID, func(t *testing.T) {
			t.Parallel()
			if !s.has(t, l) {
				if l.Image == s.target || s.target == languages.ImageFull {
					t.Fatalf("the image's target %q promises %s, but it is not there", s.target, l.Name)
				}
				t.Skipf("%s is in the image of target %q", l.Name, l.Image)
			}
			t.Run("runs", func(t *testing.T) { s.testRuns(t, l, "sum", input, want) })
			t.Run("recurses deeply", func(t *testing.T) { s.testRuns(t, l, "deep", "100000\n", "100000\n") })
			t.Run("tells a lack of memory", func(t *testing.T) { s.testHungry(t, l) })
			t.Run("shows errors on their lines", func(t *testing.T) { s.testBroken(t, l) })
			t.Run("shows crashes on their lines", func(t *testing.T) { s.testCrash(t, l, input) })
		})
	}
}

func (s *sandbox) testRuns(t *testing.T, l *languages.Language, kind, input, want string) {
	p, ok := example(t, l, kind)
	if !ok && kind == "deep" {
		t.Skip("recursion is not for this language")
	}
	if !ok {
		t.Fatal("there is no example")
	}
	b := s.build(t, l, p)
	if !b.ok || b.output != "" {
		t.Fatal("it should compile without a word")
	}
	ran := s.run(t, b, input)
	if ran.code != 0 || strings.TrimSpace(ran.stdout) != strings.TrimSpace(want) || ran.stderr != "" {
		t.Errorf("status %d, output %q, errors %q; want output %q", ran.code, ran.stdout, ran.stderr, want)
	}
}

// testHungry runs a program that needs more memory than it may have. It must say
// so in a way that the recipe knows.
func (s *sandbox) testHungry(t *testing.T, l *languages.Language) {
	p, ok := example(t, l, "hungry")
	if !ok {
		t.Skip("the runtime does not tell")
	}
	b := s.build(t, l, p)
	if !b.ok {
		t.Fatal("it does not compile")
	}
	ran := s.run(t, b, "")
	if ran.code == 0 {
		t.Error("it does not fail")
	}
	for _, text := range b.program.Recipe.OutOfMemory {
		if strings.Contains(ran.stderr, text) {
			return
		}
	}
	t.Errorf("errors have none of %q", b.program.Recipe.OutOfMemory)
}

func (s *sandbox) testBroken(t *testing.T, l *languages.Language) {
	p, ok := example(t, l, "broken")
	if !ok {
		t.Fatal("there is no example")
	}
	b := s.build(t, l, p)
	if b.ok {
		t.Fatal("it compiles")
	}
	want := markedLine(t, p.Source, errorMark)
	for _, d := range l.Diagnostics([]byte(b.output), &b.program) {
		t.Logf("%+v", d)
		if d.Severity != "error" {
			continue
		}
		if d.Line != want || d.Path != p.Path || strings.TrimSpace(d.Message) == "" {
			t.Errorf("the first error is %+v, want line %d of %s", d, want, p.Path)
		}
		return
	}
	t.Error("no error was found in what the compiler said")
}

func (s *sandbox) testCrash(t *testing.T, l *languages.Language, input string) {
	p, ok := example(t, l, "crash")
	if !ok {
		t.Fatal("there is no example")
	}
	b := s.build(t, l, p)
	if !b.ok {
		t.Fatal("it does not compile")
	}
	ran := s.run(t, b, input)
	if ran.code == 0 {
		t.Fatal("it does not crash")
	}
	line, ok := l.CrashLine([]byte(ran.stderr), &b.program)
	if want := markedLine(t, p.Source, crashMark); !ok || line != want {
		t.Errorf("the crash is said to be at line %d (%v), want %d", line, ok, want)
	}
}

func TestEveryExampleHasALanguage(t *testing.T) {
	t.Parallel()
	folders, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if !f.IsDir() {
			continue
		}
		if _, ok := languages.Default().ByID(f.Name()); !ok {
			t.Errorf("testdata/%s belongs to no language", f.Name())
		}
	}
	for _, l := range languages.Default().All() {
		for _, kind := range []string{"sum", "broken", "crash"} {
			p, ok := example(t, l, kind)
			if !ok {
				t.Errorf("testdata/%s/%s.* is missing", l.ID, kind)
				continue
			}
			found, ok := languages.Default().ForSource(p.Name, p.Source)
			if !ok || found.ID != l.ID {
				t.Errorf("%s is taken for another language", path.Join(l.ID, p.Name))
			}
		}
	}
}
