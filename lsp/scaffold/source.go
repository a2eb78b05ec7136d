package scaffold

import (
	"fmt"
	"strings"

	"stresstester/core/languages"
	"stresstester/core/problem"
)

// Blanks are what a template's {{name}}, {{url}} and so on stand for.
type Blanks map[string]string

// Fill puts the blanks into a template. What stands for no blank stays.
func Fill(template []byte, b Blanks) []byte {
	var pairs []string
	for name, text := range b {
		pairs = append(pairs, "{{"+name+"}}", text)
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(template)))
}

// Source is the template of a program to be tested, in a language by its id or a
// file's extension, with or without the dot, and that file's extension.
func Source(language string) (text []byte, extension string, err error) {
	table := languages.Default()
	l, ok := table.ByID(language)
	if !ok {
		l, ok = table.ForFile("x." + strings.TrimPrefix(language, "."))
	}
	if ok {
		if text, extension, ok := read(l, problem.Tested); ok {
			return text, extension, nil
		}
	}
	return nil, "", fmt.Errorf("there is no template for a program in %q; name a template of your own", language)
}
