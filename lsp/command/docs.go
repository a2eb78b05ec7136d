package command

import (
	"fmt"
	"reflect"
	"strings"

	"stresstester/core/problem"
)

// Sections are the generated parts of docs/protocol.md, by name. The document
// has them between the lines "<!-- begin NAME -->" and "<!-- end NAME -->", and a
// test keeps them as they are here.
func Sections() map[string]string {
	return map[string]string{
		"commands":      commandSection(),
		"options":       optionSection(),
		"notifications": notificationSection(),
		"types":         typeSection(),
		"wishes":        wishSection(),
		"fingerprint":   fmt.Sprintf("The protocol's fingerprint, which depends on every name and type below, is `%s`.\n", Fingerprint()),
	}
}

func commandSection() string {
	var b strings.Builder
	for _, c := range All() {
		fmt.Fprintf(&b, "### `%s`\n\n%s. %s\n\n", c.Name, c.Title, c.Doc)
		table(&b, "Parameter", jsonFields(c.params))
		table(&b, "Result", jsonFields(c.result))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func optionSection() string {
	var b strings.Builder
	docs := optionDocs()
	b.WriteString("| Option | Type | Meaning |\n|:-|:-|:-|\n")
	for _, f := range optionFields() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.name, typeName(f.field.Type), docs[f.name])
	}
	return b.String()
}

func wishSection() string {
	var b strings.Builder
	table(&b, "Key", jsonFields(reflect.TypeFor[Wishes]()))
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func optionFields() []jsonField { return jsonFields(reflect.TypeFor[Options]()) }

func notificationSection() string {
	var b strings.Builder
	for _, n := range notifications() {
		fmt.Fprintf(&b, "### `%s`\n\n%s %s\n\n", n.Name, n.Direction(), n.Doc)
		table(&b, "Field", jsonFields(n.params))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// typeSection describes the objects that occur in several places.
func typeSection() string {
	var b strings.Builder
	for _, t := range append([]reflect.Type{reflect.TypeFor[RunInfo](), reflect.TypeFor[SavedTest](), reflect.TypeFor[RoleFile](), reflect.TypeFor[Sample](), reflect.TypeFor[SpecMistake](), reflect.TypeFor[CompanionWishes]()}, roomTypes()...) {
		fmt.Fprintf(&b, "### %s\n\n", t.Name())
		table(&b, "Field", jsonFields(t))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// table lists fields; there is none for nothing.
func table(b *strings.Builder, title string, fields []jsonField) {
	if len(fields) == 0 {
		return
	}
	fmt.Fprintf(b, "| %s | Type | Meaning |\n|:-|:-|:-|\n", title)
	for _, f := range fields {
		name := "`" + f.name + "`"
		if strings.Contains(f.field.Tag.Get("json"), "omit") {
			name += "?"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, typeName(f.field.Type), f.field.Tag.Get("doc"))
	}
	b.WriteString("\n")
}

// typeName is a Go type as JSON knows it.
func typeName(t reflect.Type) string {
	if t == reflect.TypeFor[problem.Text]() {
		return "string"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeName(t.Elem())
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Uint64, reflect.Float64:
		return "number"
	case reflect.Int64: // A duration or a size.
		return "number or string"
	case reflect.String:
		return "string"
	case reflect.Slice:
		return typeName(t.Elem()) + "[]"
	case reflect.Map:
		return "object of " + typeName(t.Elem())
	case reflect.Struct:
		return t.Name()
	default:
		return "any"
	}
}
