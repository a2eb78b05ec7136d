package languages

import (
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// places are where the keys of a TOML text stand, by their dotted path. Elements
// of lists count as keys: "languages.c.diagnostics.0.pattern".
type places map[string]place

type place struct{ line, column int }

// of is the place of the key, or of the nearest one above it.
func (p places) of(key string) place { return p[p.nearest(key)] }

// nearest is the key itself if it is written down, or else the one above it.
func (p places) nearest(key string) string {
	for {
		if _, ok := p[key]; ok {
			return key
		}
		cut := strings.LastIndexByte(key, '.')
		if cut < 0 {
			return key
		}
		key = key[:cut]
	}
}

// findPlaces reads a text that is known to be TOML.
func findPlaces(data []byte) places {
	f := placeFinder{places: places{}}
	f.parser.Reset(data)
	table := ""
	for f.parser.NextExpression() {
		e := f.parser.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = f.key("", e.Key())
		case unstable.KeyValue:
			f.keyValue(table, e)
		}
	}
	return f.places
}

type placeFinder struct {
	parser unstable.Parser
	places places
}

// key records a dotted key below prefix, and returns its path.
func (f *placeFinder) key(prefix string, key unstable.Iterator) string {
	path := prefix
	for key.Next() {
		n := key.Node()
		if path != "" {
			path += "."
		}
		path += string(n.Data)
		f.record(path, n)
	}
	return path
}

func (f *placeFinder) record(path string, n *unstable.Node) {
	if _, known := f.places[path]; known || n.Raw.Length == 0 {
		return
	}
	start := f.parser.Shape(n.Raw).Start
	f.places[path] = place{start.Line, start.Column}
}

func (f *placeFinder) keyValue(prefix string, n *unstable.Node) {
	f.value(f.key(prefix, n.Key()), n.Value())
}

func (f *placeFinder) value(path string, n *unstable.Node) {
	switch n.Kind {
	case unstable.InlineTable:
		for c := n.Children(); c.Next(); {
			f.keyValue(path, c.Node())
		}
	case unstable.Array:
		i := 0
		for c := n.Children(); c.Next(); {
			element := path + "." + strconv.Itoa(i)
			f.record(element, c.Node())
			f.value(element, c.Node())
			i++
		}
	}
}
