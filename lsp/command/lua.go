package command

import (
	"fmt"
	"reflect"
	"strings"

	"stresstester/core/problem"
	"stresstester/core/room"
)

// lua is the protocol for the Neovim plugin: names, what options take, and types
// for those who write Lua with a language server.
func lua() string {
	var b strings.Builder
	fmt.Fprintf(&b, "-- %s\nlocal M = {}\n\n", generatedBy)
	fmt.Fprintf(&b, "---Tells versions of the protocol apart.\nM.fingerprint = '%s'\n\n", Fingerprint())
	b.WriteString("M.commands = {\n")
	for _, c := range All() {
		fmt.Fprintf(&b, "  %s = '%s',\n", identifier(c.Name), c.Name)
	}
	b.WriteString("}\n\nM.notifications = {\n")
	for _, n := range notifications() {
		fmt.Fprintf(&b, "  %s = '%s',\n", identifier(n.Name), n.Name)
	}
	b.WriteString("}\n\n---A run's options, and what each takes.\n---@type table<string, 'file'|'flag'|'text'|'number'|'duration'|'size'>\nM.options = {\n")
	for _, f := range optionFields() {
		fmt.Fprintf(&b, "  %s = '%s',\n", f.name, optionKind(f))
	}
	b.WriteString("}\n\n")
	var creatable []problem.Role
	for _, role := range problem.Roles() {
		if role != problem.Tested {
			creatable = append(creatable, role)
		}
	}
	luaList(&b, "The roles that can be created from templates.", "roles", words(creatable))
	luaList(&b, "The parts of a counterexample.", "parts", words(Parts()))
	luaList(&b, "The states after which nothing more follows.", "final_states", words([]problem.State{problem.Done, problem.Stopped, problem.Failed}))
	for _, t := range []reflect.Type{reflect.TypeFor[RunInfo](), reflect.TypeFor[RunNotification](), reflect.TypeFor[StatusNotification](), reflect.TypeFor[DiffNotification]()} {
		fmt.Fprintf(&b, "---@class stresstester.%s\n", t.Name())
		for _, f := range jsonFields(t) {
			optional := ""
			if strings.Contains(f.field.Tag.Get("json"), "omit") {
				optional = "?"
			}
			fmt.Fprintf(&b, "---@field %s%s %s %s\n", f.name, optional, luaType(f.field.Type), f.field.Tag.Get("doc"))
		}
		b.WriteString("\n")
	}
	b.WriteString("return M\n")
	return b.String()
}

func luaList(b *strings.Builder, doc, name string, values []string) {
	fmt.Fprintf(b, "---%s\nM.%s = { '%s' }\n\n", doc, name, strings.Join(values, "', '"))
}

// optionKind is what an option takes, for completion.
func optionKind(f jsonField) string {
	t := f.field.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t {
	case reflect.TypeFor[room.Duration]():
		return "duration"
	case reflect.TypeFor[room.Size]():
		return "size"
	}
	switch {
	case t.Kind() == reflect.Bool:
		return "flag"
	case t.Kind() != reflect.String:
		return "number"
	case strings.HasSuffix(optionDocs()[f.name], "'s file") || f.name == "brute":
		return "file"
	}
	return "text"
}

func luaType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return luaType(t.Elem())
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Float64:
		return "number"
	case reflect.String:
		return "string"
	case reflect.Slice:
		return luaType(t.Elem()) + "[]"
	default:
		return "table"
	}
}
