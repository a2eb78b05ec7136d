// Package spec is the spec language: one short text, close to a problem
// statement's own "Input" section, from which follow a generator, a validator
// with exact positions, a shrinker, an enumerator of all small inputs and a
// splitter of test cases.
//
// Start reading at Parse. The text goes through the lexer (lexer.go), the parser
// (parser.go and its neighbours), which builds the tree of syntax.go, and the
// checker (check.go), which resolves names and types and works out which
// condition bounds which field (plan.go). Everything else works on that tree and
// on the values of value.go: generate*.go makes values, print.go writes them,
// read*.go reads and judges them, enumerate.go lists them, shrink*.go reduces
// them. catalogue.go is the one place that names the language's words.
//
// The package knows nothing of programs, sandboxes and editors, and imports the
// standard library and core/shrink only, because it also runs inside the sandbox.
package spec
