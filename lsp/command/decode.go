package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"stresstester/core/room"
)

// ErrParams is wrapped by every error about a command's parameters.
var ErrParams = errors.New("wrong parameters")

// ErrUnknown is wrapped by the error about a command that does not exist.
var ErrUnknown = errors.New("unknown command")

// fixedOptions are flags of the command line that mean nothing for one run.
var fixedOptions = map[string]string{
	"image":   "the image is chosen when the server starts: stresstester lsp --image NAME",
	"runtime": "the runtime is chosen when the server starts: stresstester lsp --runtime NAME",
	"format":  "results are always JSON here",
	"input":   `put "input" beside "options", not into it`,
}

// decode reads a JSON object into the struct that v points to. Unlike
// encoding/json it names a key that is not known, and suggests the one meant.
func decode(data []byte, v any) error {
	if len(bytes.TrimSpace(data)) == 0 || string(data) == "null" {
		return nil
	}
	return decodeObject(data, reflect.ValueOf(v).Elem(), "parameter", nil)
}

// UnmarshalJSON implements json.Unmarshaler, strictly. Numbers may be written as
// strings, as they are on a command line.
func (o *Options) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	return decodeObject(data, reflect.ValueOf(&o.Settings).Elem(), "option", fixedOptions)
}

// MarshalJSON implements json.Marshaler.
func (o Options) MarshalJSON() ([]byte, error) { return json.Marshal(o.Settings) }

// IsZero makes "omitzero" leave options out that say nothing.
func (o Options) IsZero() bool { return o.Settings == room.Settings{} }

// decodeObject reads an object's keys into the struct one by one, so that every
// error names its key. What tells what the keys are called in errors.
func decodeObject(data []byte, into reflect.Value, what string, remarks map[string]string) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return fmt.Errorf("a JSON object is needed, not %s", cut(data))
	}
	fields := jsonFields(into.Type())
	for _, key := range slices.Sorted(maps.Keys(object)) {
		i := slices.IndexFunc(fields, func(f jsonField) bool { return f.name == key })
		if i < 0 {
			if remark, ok := remarks[key]; ok {
				return fmt.Errorf("%s %q has no place here: %s", what, key, remark)
			}
			return fmt.Errorf("%s %q is not known; %s", what, key, knownWords(key, fieldNames(fields), what+"s"))
		}
		if err := decodeValue(object[key], into.FieldByIndex(fields[i].index).Addr().Interface()); err != nil {
			return fmt.Errorf("%s %q: %w", what, key, err)
		}
	}
	return nil
}

// decodeValue reads one value. A number or truth value in quotes is taken, too.
func decodeValue(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	if err == nil {
		return nil
	}
	var text string
	if json.Unmarshal(data, &text) == nil && json.Valid([]byte(text)) && json.Unmarshal([]byte(text), v) == nil {
		return nil
	}
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return fmt.Errorf("%s is not %s", cut(data), kindName(wrongType.Type))
	}
	return err
}

func kindName(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Uint64:
		return "a whole number of 0 or more"
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "an array"
	default:
		return "an object"
	}
}

type jsonField struct {
	name  string
	index []int
	field reflect.StructField
}

// jsonFields lists a struct's keys; those of embedded structs are its own. What
// is no struct has none.
func jsonFields(t reflect.Type) []jsonField {
	var fields []jsonField
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" || name == "-" {
			continue
		}
		fields = append(fields, jsonField{name, f.Index, f})
	}
	return fields
}

func fieldNames(fields []jsonField) []string {
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return names
}

// cut shortens untrusted JSON for an error.
func cut(data []byte) string {
	const most = 60
	if len(data) > most {
		return strings.ToValidUTF8(string(data[:most]), "") + "…"
	}
	return string(data)
}

// nearest finds the word that was most likely meant.
func nearest(word string, among []string) (string, bool) {
	word = strings.ReplaceAll(strings.ToLower(word), "-", "_")
	best, distance := "", len(word)/3+2
	for _, other := range among {
		if d := editDistance(word, strings.ToLower(other)); d < distance {
			best, distance = other, d
		}
	}
	return best, best != ""
}

// editDistance counts the bytes to insert, delete or replace.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
