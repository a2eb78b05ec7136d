package languages

import (
	"unicode"
	"unicode/utf8"
)

// javaClasses finds, in a Java source, the class after which the file must be
// named and the class whose main is to be run, with its package.
//
// A file with a public class must have its name. main may be in another class.
// Where nothing is found, both are "Main", and the compiler has the last word.
func javaClasses(source []byte) (file, main string) {
	f := javaFinder{scanner: javaScanner{text: source}}
	f.find()
	file = f.public
	if file == "" {
		file = f.withMain
	}
	if file == "" {
		file = f.first
	}
	if file == "" {
		file = "Main"
	}
	main = f.withMain
	if f.publicHasMain || main == "" {
		main = file
	}
	if isJavaName(f.pkg) {
		main = f.pkg + "." + main
	}
	return file, main
}

// javaFinder walks over the tokens of a source and keeps what the types at its
// top level are.
type javaFinder struct {
	scanner                 javaScanner
	pkg                     string
	first, public, withMain string
	publicHasMain           bool

	depth int
	// The type whose body is being read.
	typeName string
	isPublic bool
	// What was seen of the present declaration.
	seenPublic, seenStatic bool
	// The last three tokens: main's name follows a type and comes before "(".
	previous, before string
}

func (f *javaFinder) find() {
	for token := f.scanner.next(); token != ""; token = f.scanner.next() {
		f.take(token)
		f.before, f.previous = f.previous, token
	}
}

func (f *javaFinder) take(token string) {
	switch token {
	case "{":
		f.depth++
		f.seenPublic, f.seenStatic = false, false
	case "}":
		f.depth = max(0, f.depth-1)
		f.seenPublic, f.seenStatic = false, false
	case ";":
		f.seenPublic, f.seenStatic = false, false
	case "public":
		f.seenPublic = true
	case "static":
		f.seenStatic = true
	case "package":
		if f.depth == 0 && f.previous == "" {
			f.pkg = f.scanner.dotted()
		}
	case "class", "interface", "enum", "record":
		if f.depth == 0 && f.previous != "." {
			f.declare()
		}
	case "(":
		if f.depth == 1 && f.previous == "main" && f.before == "void" && f.seenStatic {
			f.mainFound()
		}
	}
}

// declare reads the name of a type.
func (f *javaFinder) declare() {
	name := f.scanner.next()
	if !isJavaName(name) {
		return
	}
	f.typeName, f.isPublic = name, f.seenPublic
	if f.first == "" {
		f.first = name
	}
	if f.isPublic && f.public == "" {
		f.public = name
	}
}

func (f *javaFinder) mainFound() {
	if f.isPublic {
		f.publicHasMain = true
	}
	if f.withMain == "" {
		f.withMain = f.typeName
	}
}

func isJavaName(token string) bool {
	r, _ := utf8.DecodeRuneInString(token)
	return isJavaLetter(r)
}

func isJavaLetter(r rune) bool {
	return r != utf8.RuneError && (r == '_' || r == '$' || unicode.IsLetter(r))
}

// javaScanner splits a source into names and single characters. It skips
// comments, numbers, strings and white space.
type javaScanner struct {
	text []byte
	at   int
}

// next is the next token; empty at the end.
func (s *javaScanner) next() string {
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch {
		case hasPrefix(rest, "//"):
			s.skipTo("\n", 2)
		case hasPrefix(rest, "/*"):
			s.skipTo("*/", 2)
		case hasPrefix(rest, `"""`):
			s.skipString(`"""`)
		case rest[0] == '"':
			s.skipString(`"`)
		case rest[0] == '\'':
			s.skipString("'")
		default:
			if token, ok := s.plain(rest); ok {
				return token
			}
		}
	}
	return ""
}

// plain reads a token that is neither comment nor string; false for what is no
// token.
func (s *javaScanner) plain(rest []byte) (string, bool) {
	r, size := utf8.DecodeRune(rest)
	if !isJavaLetter(r) {
		s.at += size
		if unicode.IsDigit(r) {
			s.word() // a number's letters: 1L, 0xFF
			return "", false
		}
		return string(r), !unicode.IsSpace(r)
	}
	return s.word(), true
}

func (s *javaScanner) word() string {
	start := s.at
	for s.at < len(s.text) {
		r, size := utf8.DecodeRune(s.text[s.at:])
		if !isJavaLetter(r) && !unicode.IsDigit(r) {
			break
		}
		s.at += size
	}
	return string(s.text[start:s.at])
}

// dotted reads a name such as a package's.
func (s *javaScanner) dotted() string {
	name := ""
	for {
		token := s.next()
		if token != "." && !isJavaName(token) {
			return name
		}
		name += token
	}
}

func (s *javaScanner) skipTo(end string, from int) {
	for i := s.at + from; i < len(s.text); i++ {
		if hasPrefix(s.text[i:], end) {
			s.at = i + len(end)
			return
		}
	}
	s.at = len(s.text)
}

// skipString skips a string, a character or a text block. The first two end at
// the line's end at the latest, so that one that is not closed does not hide the
// rest of the source.
func (s *javaScanner) skipString(quote string) {
	for i := s.at + len(quote); i < len(s.text); i++ {
		switch {
		case s.text[i] == '\\':
			i++
		case hasPrefix(s.text[i:], quote):
			s.at = i + len(quote)
			return
		case s.text[i] == '\n' && len(quote) == 1:
			s.at = i
			return
		}
	}
	s.at = len(s.text)
}

func hasPrefix(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && string(text[:len(prefix)]) == prefix
}
