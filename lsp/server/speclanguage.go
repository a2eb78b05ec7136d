package server

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"stresstester/core/spec"
	"stresstester/lsp/document"
)

// What an editor asks while a spec is being written. Every answer is about the
// text as it is in the editor, faulty or not; documents that are no specs get the
// answer that says nothing.

// specPattern is how clients find out which documents are specs.
const specPattern = "**/*.spec"

// tokenTypes is the legend of semantic tokens, by token class.
var tokenTypes = map[spec.TokenClass]protocol.SemanticTokenTypes{
	spec.ClassKeyword:  protocol.SemanticTokenTypesKeyword,
	spec.ClassType:     protocol.SemanticTokenTypesType,
	spec.ClassModifier: protocol.SemanticTokenTypesModifier,
	spec.ClassVariable: protocol.SemanticTokenTypesVariable,
	spec.ClassFunction: protocol.SemanticTokenTypesFunction,
	spec.ClassAlphabet: protocol.SemanticTokenTypesEnumMember,
	spec.ClassNumber:   protocol.SemanticTokenTypesNumber,
	spec.ClassString:   protocol.SemanticTokenTypesString,
	spec.ClassOperator: protocol.SemanticTokenTypesOperator,
	spec.ClassComment:  protocol.SemanticTokenTypesComment,
}

func tokenLegend() protocol.SemanticTokensLegend {
	legend := protocol.SemanticTokensLegend{TokenModifiers: []string{string(protocol.SemanticTokenModifiersDeclaration)}}
	for class := range spec.TokenClass(len(tokenTypes)) {
		legend.TokenTypes = append(legend.TokenTypes, string(tokenTypes[class]))
	}
	return legend
}

// registration is how one feature is offered to a client that can be told later,
// and for which documents.
type registration struct {
	method  string
	options map[string]any
}

// offerSpecLanguage declares the features for specs: in the capabilities, where
// they hold for every document, or, for clients that can be told, afterwards and
// for specs alone. The difference matters: an editor that has two formatters for
// a C++ file asks its user which one to take.
func (s *Server) offerSpecLanguage(c *protocol.ServerCapabilities) []registration {
	var later []registration
	offer := func(feature, method string, options map[string]any, now func()) {
		if s.client.dynamic[feature] {
			later = append(later, registration{method, options})
			return
		}
		now()
	}
	offer("semanticTokens", "textDocument/semanticTokens", map[string]any{"legend": tokenLegend(), "full": true}, func() {
		c.SemanticTokensProvider = &protocol.SemanticTokensOptions{Legend: tokenLegend(), Full: protocol.Boolean(true)}
	})
	triggers := []string{":", " ", "(", "[", "."}
	offer("completion", protocol.MethodTextDocumentCompletion, map[string]any{"triggerCharacters": triggers}, func() {
		c.CompletionProvider = &protocol.CompletionOptions{TriggerCharacters: triggers}
	})
	offer("rename", protocol.MethodTextDocumentRename, map[string]any{"prepareProvider": true}, func() {
		c.RenameProvider = &protocol.RenameOptions{PrepareProvider: ptr(true)}
	})
	offer("formatting", protocol.MethodTextDocumentFormatting, nil, func() { c.DocumentFormattingProvider = protocol.Boolean(true) })
	offer("definition", protocol.MethodTextDocumentDefinition, nil, func() { c.DefinitionProvider = protocol.Boolean(true) })
	offer("references", protocol.MethodTextDocumentReferences, nil, func() { c.ReferencesProvider = protocol.Boolean(true) })
	offer("documentHighlight", protocol.MethodTextDocumentDocumentHighlight, nil, func() { c.DocumentHighlightProvider = protocol.Boolean(true) })
	offer("documentSymbol", protocol.MethodTextDocumentDocumentSymbol, nil, func() { c.DocumentSymbolProvider = protocol.Boolean(true) })
	return later
}

// specText is a spec with its text, for converting places.
type specText struct {
	*spec.Spec
	text *document.Snapshot
}

// openSpec reads the document if it is a spec.
func (s *Server) openSpec(doc string) (specText, bool) {
	doc = document.Canonical(doc)
	if !isSpec(doc) {
		return specText{}, false
	}
	snapshot, ok := s.text(doc)
	if !ok {
		return specText{}, false
	}
	parsed, _ := spec.Parse(shortName(doc), snapshot.Text())
	return specText{parsed, snapshot}, true
}

func (t specText) span(span spec.Span) protocol.Range { return rangeToProtocol(spanIn(t.text, span)) }

func (t specText) offset(p protocol.Position) int { return t.text.Offset(fromProtocol(p)) }

// semanticTokens are a spec's words by class. A word that spans lines is told
// line by line, as the protocol wants it.
func (s *Server) semanticTokens(_ context.Context, p *documentParams) (*protocol.SemanticTokens, error) {
	t, ok := s.openSpec(p.TextDocument.URI)
	if !ok {
		return nil, nil
	}
	tokens := &protocol.SemanticTokens{Data: []uint32{}}
	before := document.Position{}
	add := func(at document.Position, length int, token spec.Token) {
		if length <= 0 {
			return
		}
		character := at.Character
		if at.Line == before.Line {
			character -= before.Character
		}
		modifiers := uint32(0)
		if token.Declares {
			modifiers = 1
		}
		tokens.Data = append(tokens.Data, uint32(at.Line-before.Line), uint32(character), uint32(length), uint32(token.Class), modifiers)
		before = at
	}
	for _, token := range t.Tokens() {
		span := spanIn(t.text, token.Span)
		for line := span.Start.Line; line <= span.End.Line; line++ {
			at, end := document.Position{Line: line}, t.text.RestOfLine(document.Position{Line: line}).End.Character
			if line == span.Start.Line {
				at = span.Start
			}
			if line == span.End.Line {
				end = span.End.Character
			}
			add(at, end-at.Character, token)
		}
	}
	return tokens, nil
}

// completionKinds are what an editor shows beside a word.
var completionKinds = map[spec.TokenClass]protocol.CompletionItemKind{
	spec.ClassKeyword:  protocol.CompletionItemKindKeyword,
	spec.ClassType:     protocol.CompletionItemKindClass,
	spec.ClassModifier: protocol.CompletionItemKindProperty,
	spec.ClassVariable: protocol.CompletionItemKindVariable,
	spec.ClassFunction: protocol.CompletionItemKindFunction,
	spec.ClassAlphabet: protocol.CompletionItemKindConstant,
}

// completion lists the words that could stand at a place in a spec.
func (s *Server) completion(_ context.Context, p *positionParams) (*protocol.CompletionList, error) {
	list := &protocol.CompletionList{Items: []protocol.CompletionItem{}}
	t, ok := s.openSpec(p.TextDocument.URI)
	if !ok {
		return list, nil
	}
	for i, word := range t.Complete(t.offset(p.Position)) {
		item := protocol.CompletionItem{
			Label: word.Label, Kind: completionKinds[word.Class],
			Detail:        protocol.NewOptional(word.Detail),
			Documentation: s.markup(word.Text),
			SortText:      protocol.NewOptional(fmt.Sprintf("%04d", i)),
			TextEdit:      &protocol.TextEdit{Range: t.span(word.Span), NewText: plainInsert(word)},
		}
		if s.client.snippets {
			item.InsertTextFormat = protocol.InsertTextFormatSnippet
			item.TextEdit = &protocol.TextEdit{Range: t.span(word.Span), NewText: snippetInsert(word)}
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

// snippetInsert is what a client with placeholders inserts; a name is no snippet
// and must not be taken for one.
func snippetInsert(word spec.Completion) string {
	if word.Class == spec.ClassVariable {
		return strings.NewReplacer(`\`, `\\`, `$`, `\$`, `}`, `\}`).Replace(word.Insert)
	}
	return word.Insert
}

// plainInsert is for clients without placeholders: the word alone.
func plainInsert(word spec.Completion) string {
	if strings.Contains(word.Insert, "$") {
		return strings.TrimSuffix(word.Label, "(")
	}
	return word.Insert
}

// markup is Markdown where the client shows it, and the same text where not.
func (s *Server) markup(text string) *protocol.MarkupContent {
	if s.client.markdownHover {
		return &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: text}
	}
	return &protocol.MarkupContent{Kind: protocol.MarkupKindPlainText, Value: strings.NewReplacer("```spec\n", "", "```\n", "", "`", "").Replace(text)}
}

// specHover explains the word at a place in a spec; nil where there is none.
func (s *Server) specHover(p *positionParams) *protocol.Hover {
	t, ok := s.openSpec(p.TextDocument.URI)
	if !ok {
		return nil
	}
	h, ok := t.Hover(t.offset(p.Position))
	if !ok {
		return nil
	}
	return &protocol.Hover{Contents: s.markup(h.Text), Range: ptr(t.span(h.Span))}
}

// definition is where the name at a place in a spec is declared.
func (s *Server) definition(_ context.Context, p *positionParams) ([]protocol.Location, error) {
	t, ok := s.openSpec(p.TextDocument.URI)
	if !ok {
		return nil, nil
	}
	span, ok := t.Definition(t.offset(p.Position))
	if !ok {
		return nil, nil
	}
	return t.locations([]spec.Span{span})
}

func (t specText) locations(spans []spec.Span) ([]protocol.Location, error) {
	u, err := uri.Parse(t.text.URI())
	if err != nil {
		return nil, fmt.Errorf("naming the document: %w", err)
	}
	locations := []protocol.Location{}
	for _, span := range spans {
		locations = append(locations, protocol.Location{URI: u, Range: t.span(span)})
	}
	return locations, nil
}

type referenceParams struct {
	positionParams
	Context struct {
		IncludeDeclaration bool `json:"includeDeclaration"`
	} `json:"context"`
}

// references are the places where the name at a place in a spec is used.
func (s *Server) references(_ context.Context, p *referenceParams) ([]protocol.Location, error) {
	t, ok := s.openSpec(p.TextDocument.URI)
	if !ok {
		return nil, nil
	}
	spans := t.References(t.offset(p.Position))
	if len(spans) > 0 && !p.Context.IncludeDeclaration {
		spans = spans[1:]
	}
	return t.locations(spans)
}

// highlight is references within the document, the declaration as a write.
func (s *Server) highlight(_ context.Context, p *positionParams) ([]protocol.DocumentHighlight, error) {
	highlights := []protocol.DocumentHighlight{}
	t, ok := s.openSpec(p.TextDocument.URI)
	if !ok {
		return highlights, nil
	}
	for i, span := range t.References(t.offset(p.Position)) {
		kind := protocol.DocumentHighlightKindRead
		if i == 0 {
			kind = protocol.DocumentHighlightKindWrite
		}
		highlights = append(highlights, protocol.DocumentHighlight{Range: t.span(span), Kind: kind})
	}
	return highlights, nil
}

// prepareRename is the name at a place in a spec, if it can be changed.
func (s *Server) prepareRename(_ context.Context, p *positionParams) (*protocol.PrepareRenamePlaceholder, error) {
	t, ok := s.openSpec(p.TextDocument.URI)
	if !ok {
		return nil, nil
	}
	offset := t.offset(p.Position)
	for _, span := range t.References(offset) {
		if span.Contains(offset) {
			name := t.text.Text()[span.Start.Offset:span.End.Offset]
			return &protocol.PrepareRenamePlaceholder{Range: t.span(span), Placeholder: string(name)}, nil
		}
	}
	return nil, nil
}

type renameParams struct {
	positionParams
	NewName string `json:"newName"`
}

// rename changes a name of a spec everywhere.
func (s *Server) rename(_ context.Context, p *renameParams) (*protocol.WorkspaceEdit, error) {
	t, ok := s.openSpec(p.TextDocument.URI)
	if !ok {
		return nil, nil
	}
	spans, err := t.Rename(t.offset(p.Position), p.NewName)
	if err != nil {
		return nil, err
	}
	u, err := uri.Parse(t.text.URI())
	if err != nil {
		return nil, fmt.Errorf("naming the document: %w", err)
	}
	var edits []protocol.TextEdit
	for _, span := range spans {
		edits = append(edits, protocol.TextEdit{Range: t.span(span), NewText: p.NewName})
	}
	return &protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{u: edits}}, nil
}

// formatting puts a spec into its usual form. Lines that have it already are left
// alone, so that what an editor keeps about them stays.
func (s *Server) formatting(_ context.Context, p *documentParams) ([]protocol.TextEdit, error) {
	edits := []protocol.TextEdit{}
	t, ok := s.openSpec(p.TextDocument.URI)
	if !ok {
		return edits, nil
	}
	old := t.text.Text()
	formatted := spec.Format(old)
	if bytes.Equal(old, formatted) {
		return edits, nil
	}
	start := 0
	for n := min(len(old), len(formatted)); start < n && old[start] == formatted[start]; start++ {
	}
	start = bytes.LastIndexByte(old[:start], '\n') + 1
	end, end2 := len(old), len(formatted)
	for end > start && end2 > start && old[end-1] == formatted[end2-1] {
		end, end2 = end-1, end2-1
	}
	// To the end of the line, in both alike: what follows it is the same.
	rest := bytes.IndexByte(old[end:], '\n')
	if rest < 0 {
		rest = len(old) - end
	}
	end, end2 = end+rest, end2+rest
	edit := document.Range{Start: t.text.Position(start), End: t.text.Position(end)}
	return append(edits, protocol.TextEdit{Range: rangeToProtocol(edit), NewText: string(formatted[start:end2])}), nil
}

// symbols is a spec's outline.
func (s *Server) symbols(_ context.Context, p *documentParams) ([]protocol.DocumentSymbol, error) {
	t, ok := s.openSpec(p.TextDocument.URI)
	if !ok {
		return []protocol.DocumentSymbol{}, nil
	}
	return t.outline(t.Outline()), nil
}

func (t specText) outline(entries []spec.Symbol) []protocol.DocumentSymbol {
	list := []protocol.DocumentSymbol{}
	for _, e := range entries {
		kind := protocol.SymbolKindNamespace
		switch e.Class {
		case spec.ClassVariable:
			kind = protocol.SymbolKindVariable
		case spec.ClassString:
			kind = protocol.SymbolKindEnumMember
		default:
		}
		symbol := protocol.DocumentSymbol{Name: e.Name, Kind: kind, Range: t.span(e.Span), SelectionRange: t.span(e.Selection)}
		if e.Detail != "" {
			symbol.Detail = ptr(e.Detail)
		}
		if len(e.Children) > 0 {
			symbol.Children = t.outline(e.Children)
		}
		list = append(list, symbol)
	}
	return list
}
