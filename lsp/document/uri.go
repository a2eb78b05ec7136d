package document

import (
	"path/filepath"
	"runtime"
	"strings"

	"go.lsp.dev/uri"
)

// PathOf is the path of a file: URI, and empty for every other one. It never
// fails: whatever a client sends is some document's name.
func PathOf(text string) string {
	// The library takes a text without a scheme for a path.
	if scheme, _, ok := strings.Cut(text, ":"); !ok || !strings.EqualFold(scheme, "file") {
		return ""
	}
	u, err := uri.Parse(text)
	if err != nil || !u.IsFile() {
		return ""
	}
	return filepath.Clean(filepath.FromSlash(u.FsPath()))
}

// URIOf is the file: URI of an absolute path, in canonical form.
func URIOf(path string) string { return uri.File(path).String() }

// Canonical is the form of a URI by which documents are told apart: clients
// differ in what they escape. That of no document is empty.
func Canonical(text string) string {
	if text == "" {
		return "" // The library takes it for the root of the disk.
	}
	u, err := uri.Parse(text)
	if err != nil {
		return text
	}
	return u.String()
}

// pathKey is what two spellings of one file's path have in common.
func pathKey(path string) string {
	if path == "" {
		return ""
	}
	path = filepath.Clean(path)
	if runtime.GOOS == "windows" {
		path = strings.ToLower(path)
	}
	return path
}
