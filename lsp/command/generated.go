package command

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:generate go run ./generate ../..

// Files are the files of the repository that follow from what is declared here,
// or hold parts that do: their text as it should be, by slash-separated path. root
// is the repository's folder; the document is read there for what surrounds its
// generated parts.
func Files(root string) (map[string]string, error) {
	const document = "docs/protocol.md"
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(document)))
	if err != nil {
		return nil, fmt.Errorf("reading the protocol's document: %w", err)
	}
	text, err := fillSections(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", document, err)
	}
	return map[string]string{
		document: text,
		"editors/vscode/src/protocol.generated.ts":     typeScript(),
		"editors/neovim/lua/stresstester/protocol.lua": lua(),
	}, nil
}

// fillSections puts the generated parts into the document, between the lines
// "<!-- begin NAME -->" and "<!-- end NAME -->".
func fillSections(text string) (string, error) {
	sections := Sections()
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
		before, rest, found := strings.Cut(text, begin)
		_, after, ended := strings.Cut(rest, end)
		if !found || !ended {
			return "", fmt.Errorf("there are no lines %q and %q", strings.TrimSpace(begin), end)
		}
		text = before + begin + sections[name] + end + after
	}
	return text, nil
}

// Fingerprint tells two versions of the protocol apart: a client that was built
// for another one than the server can say so. It depends on names and types only,
// not on what is said about them.
func Fingerprint() string {
	sum := sha256.Sum256([]byte(typeScriptBody(false)))
	return hex.EncodeToString(sum[:6])
}
