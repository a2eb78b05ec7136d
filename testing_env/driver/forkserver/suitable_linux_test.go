package forkserver

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnsuitableProgramsAreToldWithTheReason(t *testing.T) {
	t.Parallel()
	needCompiler(t)
	dir := t.TempDir()
	compile := func(name string, flags ...string) string {
		out := filepath.Join(dir, name)
		cmd := exec.Command("gcc", append([]string{"-o", out, "-x", "c", "-", "-x", "none"}, flags...)...)
		cmd.Stdin = strings.NewReader("int main(void) { return 0; }")
		if message, err := cmd.CombinedOutput(); err != nil {
			t.Logf("no %s program: %.500s", name, message)
			return ""
		}
		return out
	}
	write := func(name, text string, mode os.FileMode) string {
		out := filepath.Join(dir, name)
		if err := os.WriteFile(out, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(out, mode); err != nil {
			t.Fatal(err)
		}
		return out
	}
	setuid := compile("setuid")
	if err := os.Chmod(setuid, 0o755|os.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path, reason string
	}{
		{"an ordinary program suits", compile("dynamic"), ""},
		{"a program with a fixed address suits", compile("fixed", "-no-pie"), ""},
		{"a static program has nothing to preload", compile("static", "-static"), "statically linked"},
		{"a static program may be relocatable", compile("static-pie", "-static-pie"), "statically linked"},
		{"a program may bring its own start", compile("nostart", "-nostartfiles", "-Wl,-e,main"), "not started by the C library"},
		{"a sanitizer brings its own memory layout", compile("asan", "-fsanitize=address"), "sanitizer"},
		{"a sanitizer may be linked statically", compile("static-asan", "-fsanitize=address", "-static-libasan"), "sanitizer"},
		{"a thread sanitizer is one too", compile("tsan", "-fsanitize=thread"), "sanitizer"},
		{"a script is not a program", write("script", "#!/bin/sh\n", 0o755), "script"},
		{"an empty file is not a program", write("empty", "", 0o755), "script"},
		{"setuid programs are not preloaded", setuid, "another user's rights"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.path == "" {
				t.Skip("cannot be built here")
			}
			err := Suitable(tt.path)
			if tt.reason == "" {
				if err != nil {
					t.Errorf("unsuitable: %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("got %v, want %q", err, tt.reason)
			}
		})
	}
}

// TestUnsuitableProgramsAreNotServed launches what Suitable would have refused: New
// must tell soon and leave nothing running.
func TestUnsuitableProgramsAreNotServed(t *testing.T) {
	t.Parallel()
	needCompiler(t)
	shim := shimPath(t)
	dir := t.TempDir()
	build := func(name, source string, flags ...string) string {
		out := filepath.Join(dir, name)
		cmd := exec.Command("gcc", append([]string{"-o", out, "-x", "c", "-", "-x", "none"}, flags...)...)
		cmd.Stdin = strings.NewReader(source)
		if message, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("cannot be built here: %.500s", message)
		}
		return out
	}
	library := build("libthreads.so", `#include <pthread.h>
		#include <unistd.h>
		static void *idle(void *p) { for (;;) pause(); return p; }
		__attribute__((constructor)) static void begin(void) { pthread_t t; pthread_create(&t, 0, idle, 0); }`,
		"-shared", "-fPIC", "-pthread")
	shared := build("libshared.so", `#include <sys/mman.h>
		__attribute__((constructor)) static void begin(void)
		{ mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); }`, "-shared", "-fPIC")
	const empty = "int main(void) { return 0; }"
	tests := []struct {
		name, path, reason string
		mode               Mode // that is left
	}{
		{"a program that ends at once", build("static", empty, "-static"), "did not load the shim and ended", 0},
		{"a program that goes on", build("waiting", "#include <unistd.h>\nint main(void) { pause(); }", "-static"), "did not load the shim", 0},
		{"threads before main", build("threads", empty, "-Wl,--no-as-needed", library, "-Wl,-rpath,"+dir), "starts threads before main", 0},
		{"memory shared before main", build("shared", empty, "-Wl,--no-as-needed", shared, "-Wl,-rpath,"+dir), "shares memory", Fork},
		{"no such program", filepath.Join(dir, "absent"), "no such file", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := New(Config{Shim: shim, Argv: []string{tt.path}, Launch: LaunchLocal, StartTime: 1e9})
			reason := ""
			switch {
			case err != nil:
				reason = err.Error()
			default:
				defer s.Close()
				reason = s.Note()
				if s.Mode() != tt.mode {
					t.Errorf("mode is %v", s.Mode())
				}
			}
			if !strings.Contains(reason, tt.reason) {
				t.Errorf("got %q, want %q", reason, tt.reason)
			}
		})
	}
}
