package room

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// document is a TOML document of which every key's and value's place is known,
// so that a mistake of meaning can be shown where it was made.
type document struct {
	root map[string]any
	// keys and values hold places by path, which join builds.
	keys, values map[string]place
}

// place counts from 1, the column in bytes.
type place struct{ line, column int }

// syntaxError is a mistake that the TOML parser found.
type syntaxError struct {
	place
	message string
}

func (e *syntaxError) Error() string { return e.message }

func parseDocument(data []byte) (*document, error) {
	doc := &document{root: map[string]any{}, keys: map[string]place{}, values: map[string]place{}}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := toml.Unmarshal(data, &doc.root); err != nil {
		var decode *toml.DecodeError
		if errors.As(err, &decode) {
			line, column := decode.Position()
			return nil, &syntaxError{place{line, column}, strings.TrimPrefix(decode.Error(), "toml: ")}
		}
		return nil, &syntaxError{message: strings.TrimPrefix(err.Error(), "toml: ")}
	}
	doc.index(data)
	return doc, nil
}

// join appends a key to a path. Keys may hold any character, so they are quoted.
func join(path, key string) string { return path + "/" + strconv.Quote(key) }

// at is the place of the value, or of the key where the parser does not tell.
func (d *document) at(path string) place {
	if at, ok := d.values[path]; ok {
		return at
	}
	return d.keys[path]
}

// index walks the syntax tree, which is known to be right, for the places.
func (d *document) index(data []byte) {
	var p unstable.Parser
	p.Reset(data)
	table := ""
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = d.indexKey(&p, "", e.Key())
		case unstable.KeyValue:
			d.indexKeyValue(&p, table, e)
		default:
		}
	}
}

// indexKey notes the places of a dotted key's parts and returns its path.
func (d *document) indexKey(p *unstable.Parser, path string, key unstable.Iterator) string {
	for key.Next() {
		node := key.Node()
		path = join(path, string(node.Data))
		if _, known := d.keys[path]; !known {
			d.keys[path] = placeOf(p, node)
		}
	}
	return path
}

func (d *document) indexKeyValue(p *unstable.Parser, table string, e *unstable.Node) {
	path := d.indexKey(p, table, e.Key())
	d.indexValue(p, path, e.Value(), d.keys[path])
}

// indexValue notes where a value is; keyAt stands in for values whose place the
// parser does not tell.
func (d *document) indexValue(p *unstable.Parser, path string, value *unstable.Node, keyAt place) {
	d.values[path] = keyAt
	if value.Raw.Length > 0 {
		d.values[path] = placeOf(p, value)
	}
	children := value.Children()
	switch value.Kind {
	case unstable.InlineTable:
		for children.Next() {
			d.indexKeyValue(p, path, children.Node())
		}
	case unstable.Array:
		for i := 0; children.Next(); i++ {
			d.indexValue(p, join(path, strconv.Itoa(i)), children.Node(), keyAt)
		}
	default:
	}
}

func placeOf(p *unstable.Parser, node *unstable.Node) place {
	if node.Raw.Length == 0 {
		return place{}
	}
	at := p.Shape(node.Raw).Start
	return place{at.Line, at.Column}
}
