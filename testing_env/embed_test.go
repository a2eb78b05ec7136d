package testingenv

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func untar(t *testing.T, archive []byte) map[string]*tar.Header {
	t.Helper()
	files := map[string]*tar.Header{}
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = h
	}
}

func TestBuildContextHoldsWhatTheDockerfileCopies(t *testing.T) {
	t.Parallel()
	archive, hash := BuildContext()
	files := untar(t, archive)
	for _, name := range []string{"Dockerfile", "languages.toml", "image/packages.sh", "image/headers.txt", "spawn/spawn.c"} {
		if files[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	for name, h := range files {
		if strings.HasSuffix(name, ".go") || strings.HasSuffix(name, ".md") {
			t.Errorf("%s is no part of the image", name)
		}
		if !h.ModTime.IsZero() && h.ModTime.Unix() != 0 || h.Uid != 0 || h.Uname != "" {
			t.Errorf("%s depends on the machine: %+v", name, h)
		}
	}
	if mode := files["image/bin/keep"].Mode; mode != 0o755 {
		t.Errorf("keep has mode %o and cannot be executed", mode)
	}
	if len(hash) != 64 {
		t.Errorf("hash %q", hash)
	}
}

func TestTheHashChangesWithWhatMattersOnly(t *testing.T) {
	t.Parallel()
	pack := func(files fstest.MapFS) string {
		archive, err := contextTar(files)
		if err != nil {
			t.Fatal(err)
		}
		return string(archive)
	}
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	before := pack(fstest.MapFS{"Dockerfile": file("FROM x"), "spawn/a.c": file("int a;")})
	tests := []struct {
		name  string
		files fstest.MapFS
		same  bool
	}{
		{"nothing", fstest.MapFS{"Dockerfile": file("FROM x"), "spawn/a.c": file("int a;")}, true},
		{"a README", fstest.MapFS{"Dockerfile": file("FROM x"), "spawn/a.c": file("int a;"), "spawn/README.md": file("x"), "image/x.md": file("x")}, true},
		{"a test beside C sources", fstest.MapFS{"Dockerfile": file("FROM x"), "spawn/a.c": file("int a;"), "spawn/a_test.go": file("x"), "shim/testdata/x.c": file("x")}, true},
		{"a C source", fstest.MapFS{"Dockerfile": file("FROM x"), "spawn/a.c": file("int b;")}, false},
		{"a header", fstest.MapFS{"Dockerfile": file("FROM x"), "spawn/a.c": file("int a;"), "spawn/a.h": file("")}, false},
		{"a name", fstest.MapFS{"Dockerfile": file("FROM x"), "spawn/b.c": file("int a;")}, false},
	}
	for _, tt := range tests {
		if got := pack(tt.files) == before; got != tt.same {
			t.Errorf("%s: the same is %v", tt.name, got)
		}
	}
}

func TestDriver(t *testing.T) {
	t.Parallel()
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	_, _ = w.Write([]byte("\x7fELF"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		"embedded/driver-amd64.gz": {Data: compressed.Bytes()},
		"embedded/README.md":       {Data: []byte("x")},
	}
	if got, err := driver(files, "amd64"); err != nil || string(got) != "\x7fELF" {
		t.Errorf("driver %q, %v", got, err)
	}
	_, err := driver(files, "arm64")
	if !errors.Is(err, ErrNoDriver) || !strings.Contains(err.Error(), "run make build") {
		t.Errorf("error %v", err)
	}
	for _, arch := range []string{"riscv64", "", "../README.md"} {
		if _, err := driver(files, arch); err == nil || errors.Is(err, ErrNoDriver) || !strings.Contains(err.Error(), "only for amd64 and arm64") {
			t.Errorf("%q: error %v", arch, err)
		}
	}
	files["embedded/driver-amd64.gz"].Data = compressed.Bytes()[:12]
	if _, err := driver(files, "amd64"); err == nil {
		t.Error("a damaged driver was unpacked")
	}
}

func TestTheEmbeddedDriversAreExecutables(t *testing.T) {
	t.Parallel()
	for _, arch := range Architectures() {
		data, err := Driver(arch)
		if errors.Is(err, ErrNoDriver) {
			continue // go test needs no make build
		}
		if err != nil || !bytes.HasPrefix(data, []byte("\x7fELF")) {
			t.Errorf("%s: %v", arch, err)
		}
	}
	if !slices.Equal(Architectures(), []string{"amd64", "arm64"}) {
		t.Error("the Makefile builds drivers for amd64 and arm64")
	}
}
