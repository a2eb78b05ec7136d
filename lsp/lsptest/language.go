package lsptest

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"stresstester/lsp/document"
)

// The steps of a scenario that are about writing a spec.

// at is the end of the first match of a pattern in an open file, as JSON.
func (s *scenario) at(name, pattern string) string {
	s.t.Helper()
	text := s.editor.Text(name)
	match := regexp.MustCompile("(?m)" + pattern).FindStringIndex(text)
	if match == nil {
		s.t.Fatalf("%s has no %s", name, pattern)
	}
	place := rangeOf(text, match[1], match[1]).(map[string]any)["start"]
	return fmt.Sprintf(`"textDocument":{"uri":%q},"position":%s`, s.editor.URI(name), raw(place))
}

func (s *scenario) tokens(words []string) {
	var tokens protocol.SemanticTokens
	s.editor.Call(protocol.MethodTextDocumentSemanticTokensFull, fmt.Sprintf(`{"textDocument":{"uri":%q}}`, s.editor.URI(words[0])), &tokens)
	lines := strings.Split(s.editor.Text(words[0]), "\n")
	var shown []string
	line, character := 0, 0
	for d := range slices.Chunk(tokens.Data, 5) {
		if d[0] > 0 {
			character = 0
		}
		line, character = line+int(d[0]), character+int(d[1])
		class := s.editor.Legend[d[3]]
		if d[4] == 1 {
			class += " declaration"
		}
		shown = append(shown, fmt.Sprintf("%d:%s %s", line+1, lines[line][character:character+int(d[2])], class))
	}
	s.match("the tokens", strings.Join(shown, "\n"), words[1])
}

func (s *scenario) complete(words []string) {
	var list protocol.CompletionList
	s.editor.Call(protocol.MethodTextDocumentCompletion, "{"+s.at(words[0], words[1])+"}", &list)
	var shown []string
	for _, item := range list.Items {
		inserted := ""
		if edit, ok := item.TextEdit.(*protocol.TextEdit); ok {
			inserted = edit.NewText
		}
		shown = append(shown, item.Label+" => "+inserted)
	}
	for _, pattern := range words[2:] {
		s.match("the completions", strings.Join(shown, "\n"), pattern)
	}
}

func (s *scenario) about(words []string) {
	var hover protocol.Hover
	s.editor.Call(protocol.MethodTextDocumentHover, "{"+s.at(words[0], words[1])+"}", &hover)
	content, ok := hover.Contents.(*protocol.MarkupContent)
	if !ok {
		s.t.Fatalf("the hover is %#v", hover.Contents)
	}
	s.match("the hover", content.Value, words[2])
}

func (s *scenario) leads(words []string) {
	var locations []protocol.Location
	s.editor.Call(protocol.MethodTextDocumentDefinition, "{"+s.at(words[0], words[1])+"}", &locations)
	if len(locations) != 1 || fmt.Sprint(locations[0].Range.Start.Line+1) != words[2] {
		s.t.Fatalf("the definition is %+v", locations)
	}
}

func (s *scenario) rename(words []string) {
	var edit protocol.WorkspaceEdit
	s.editor.Call(protocol.MethodTextDocumentRename, fmt.Sprintf(`{%s,"newName":%q}`, s.at(words[0], words[1]), words[2]), &edit)
	for u, edits := range edit.Changes {
		if u.String() != s.editor.URI(words[0]) {
			s.t.Fatalf("the edit is about %s", u)
		}
		s.editor.apply(words[0], edits)
	}
}

func (s *scenario) format(words []string) {
	var edits []protocol.TextEdit
	s.editor.Call(protocol.MethodTextDocumentFormatting,
		fmt.Sprintf(`{"textDocument":{"uri":%q},"options":{"tabSize":4,"insertSpaces":true}}`, s.editor.URI(words[0])), &edits)
	s.editor.apply(words[0], edits)
}

func (s *scenario) outline(words []string) {
	var symbols []protocol.DocumentSymbol
	s.editor.Call(protocol.MethodTextDocumentDocumentSymbol, fmt.Sprintf(`{"textDocument":{"uri":%q}}`, s.editor.URI(words[0])), &symbols)
	data, err := json.Marshal(symbolNames(symbols))
	if err != nil {
		s.t.Fatal(err)
	}
	s.match("the outline", string(data), words[1])
}

func (s *scenario) links(words []string) {
	var links []protocol.DocumentLink
	s.editor.Call(protocol.MethodTextDocumentDocumentLink, fmt.Sprintf(`{"textDocument":{"uri":%q}}`, s.editor.URI(words[0])), &links)
	var targets []string
	for _, l := range links {
		targets = append(targets, l.Target.String())
	}
	s.match("the links", strings.Join(targets, "\n"), words[1])
}

// openShown opens a document that the server has shown, so that a story can go on
// with it.
func (s *scenario) openShown(words []string) {
	s.editor.Await(Shows(words[0]))
	pattern := regexp.MustCompile(words[0])
	for _, shown := range s.editor.State().Shown {
		if pattern.MatchString(shown) {
			text, err := os.ReadFile(document.PathOf(shown))
			if err != nil {
				s.t.Fatal(err)
			}
			s.editor.names[words[1]] = shown
			s.editor.OpenText(words[1], string(text))
			return
		}
	}
}

// symbolNames are names, each with those below it.
func symbolNames(symbols []protocol.DocumentSymbol) []any {
	names := []any{}
	for _, symbol := range symbols {
		names = append(names, symbol.Name)
		if len(symbol.Children) > 0 {
			names = append(names, symbolNames(symbol.Children))
		}
	}
	return names
}

// apply makes edits in an open document and tells the server.
func (e *Editor) apply(name string, edits []protocol.TextEdit) {
	e.t.Helper()
	edits = slices.Clone(edits)
	// From behind, so that places in front of an edit stay what they are.
	slices.SortFunc(edits, func(a, b protocol.TextEdit) int {
		if a.Range.Start.Line != b.Range.Start.Line {
			return int(b.Range.Start.Line) - int(a.Range.Start.Line)
		}
		return int(b.Range.Start.Character) - int(a.Range.Start.Character)
	})
	for _, edit := range edits {
		lines := strings.SplitAfter(e.Text(name), "\n")
		from, to := offsetIn(lines, edit.Range.Start), offsetIn(lines, edit.Range.End)
		if from > to || to > len(e.Text(name)) {
			e.t.Fatalf("the edit %q is outside %s", edit.NewText, name)
		}
		e.change(name, from, to, edit.NewText)
	}
}

// offsetIn is a position's place in a text of ASCII, given by lines.
func offsetIn(lines []string, p protocol.Position) int {
	offset := 0
	for i := range min(int(p.Line), len(lines)) {
		offset += len(lines[i])
	}
	return offset + int(p.Character)
}
