package lsp_test

import (
	"fmt"
	"strings"
	"testing"

	"stresstester/lsp"
	"stresstester/lsp/command"
	"stresstester/lsp/lsptest"
)

// FuzzServer sends a request with random parameters: none may make a handler
// panic, and the server must answer the next one.
func FuzzServer(f *testing.F) {
	dir := folder(f)
	document := `{"textDocument":{"uri":"file:///x.py","languageId":"python","version":1,"text":"a\r\nb"}}`
	for _, seed := range []struct{ method, params string }{
		{"textDocument/didOpen", document},
		{"textDocument/didChange", `{"textDocument":{"uri":"file:///x.py","version":2},"contentChanges":[{"range":{"start":{"line":4294967295,"character":0},"end":{"line":0,"character":4294967295}},"text":""}]}`},
		{"textDocument/didClose", document},
		{"textDocument/codeLens", document},
		{"textDocument/codeAction", `{"textDocument":{"uri":"x"},"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"context":{"diagnostics":[],"only":["quickfix"]}}`},
		{"textDocument/hover", `{"textDocument":{"uri":"untitled:1"},"position":{"line":1,"character":1}}`},
		{"workspace/executeCommand", `{"command":"stresstester.run","arguments":[{"uri":"","options":{"seed":"-0"}}],"workDoneToken":""}`},
		{"workspace/executeCommand", `{"command":"stresstester.spec.preview","arguments":[{"uri":"x.spec","count":-1}]}`},
		{"workspace/executeCommand", `{"command":"stresstester.saveTest","arguments":[null]}`},
		{"window/workDoneProgress/cancel", `{"token":[]}`},
		{"initialize", `{"processId":-1,"capabilities":{"general":{"positionEncodings":["utf-32"]}}}`},
		{"$/setTrace", `{"value":"off"}`},
	} {
		f.Add(seed.method, seed.params)
	}
	f.Fuzz(func(t *testing.T, method, params string) {
		if method == "exit" || method == "shutdown" || strings.Contains(params, "saveTest") && strings.Contains(params, dir) {
			t.Skip()
		}
		e := lsptest.Start(t, dir, lsp.Deps{Sandbox: lsptest.Scripted(forever)}, lsptest.Options{})
		e.OpenText("x.spec", "n: int 1..2")
		if strings.HasPrefix(method, "textDocument/did") || strings.HasPrefix(method, "$/") || strings.HasPrefix(method, "window/") {
			e.Frame(fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":%s}`, method, params))
		} else if err := e.Ask(method, params); err != nil && strings.Contains(err.Error(), "internal error") {
			t.Errorf("%s %s: %v", method, params, err)
		}
		if _, err := e.Execute(command.Runs, "{}"); err != nil {
			t.Errorf("after %s %s: %v", method, params, err)
		}
	})
}
