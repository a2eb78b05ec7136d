// Package testingenv holds what the sandbox is made of: the build context of its
// image, the table of languages and the driver that runs inside. All of it is
// embedded, so that the binary needs no file beside it.
//
// It knows nothing of Docker. Start reading at BuildContext.
package testingenv

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// LanguagesTOML is the table of languages: languages.toml.
//
//go:embed languages.toml
var LanguagesTOML []byte

// What the image is built from. Folders rather than patterns are embedded, so that
// one without C sources does not stop the build.
//
//go:embed Dockerfile languages.toml image spawn shim trace warm
var context embed.FS

// The pattern matches README.md, so that there is always something to embed, and
// drivers, but not what make is still writing.
//
//go:embed embedded/*.[gm][zd]
var embedded embed.FS

// Targets of the Dockerfile, and so images of the sandbox: the common languages,
// or all of them.
const (
	TargetDefault = "default"
	TargetFull    = "full"
)

type buildContext struct {
	tar  []byte
	hash string
}

var readContext = sync.OnceValue(func() buildContext {
	data, err := contextTar(context)
	if err != nil {
		// The files are part of the binary: a test keeps this from happening.
		panic(fmt.Sprintf("testingenv: %v", err))
	}
	sum := sha256.Sum256(data)
	return buildContext{data, hex.EncodeToString(sum[:])}
})

// BuildContext is the context of the image's build, an uncompressed tar archive,
// and the hash of it in hexadecimal. The same sources give the same bytes, so the
// hash may name the image. The archive must not be changed.
func BuildContext() (archive []byte, hash string) {
	c := readContext()
	return c.tar, c.hash
}

// contextTar packs the files in the order of their names, without anything that
// depends on the machine: no times, owners or modes.
func contextTar(files fs.FS) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !belongs(name) {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode(data), Size: int64(len(data)), Format: tar.FormatUSTAR}
		if err := w.WriteHeader(header); err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("packing the image's build context: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packing the image's build context: %w", err)
	}
	return out.Bytes(), nil
}

// mode is a file's mode in the archive: embedded files have none of their own.
func mode(data []byte) int64 {
	if bytes.HasPrefix(data, []byte("#!")) {
		return 0o755
	}
	return 0o644
}

// belongs tells what the image is built from apart from what only explains it: a
// better README is no new image.
func belongs(name string) bool {
	folder, _, _ := strings.Cut(name, "/")
	if folder == "spawn" || folder == "shim" {
		return path.Dir(name) == folder && (path.Ext(name) == ".c" || path.Ext(name) == ".h")
	}
	return path.Ext(name) != ".md"
}

// Architectures are those that the driver is built for.
func Architectures() []string { return []string{"amd64", "arm64"} }

// ErrNoDriver is wrapped by Driver's error when the binary was built without it.
var ErrNoDriver = errors.New("built without its driver; run make build")

// Driver is the driver's executable for that architecture, a GOARCH.
func Driver(arch string) ([]byte, error) { return driver(embedded, arch) }

func driver(files fs.FS, arch string) ([]byte, error) {
	compressed, err := fs.ReadFile(files, "embedded/driver-"+arch+".gz")
	if !slices.Contains(Architectures(), arch) {
		return nil, fmt.Errorf("there is no driver for %s, only for %s", arch, strings.Join(Architectures(), " and "))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("this program was %w", ErrNoDriver)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the driver: %w", err)
	}
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, fmt.Errorf("unpacking the driver: %w", err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpacking the driver: %w", err)
	}
	return data, nil
}
