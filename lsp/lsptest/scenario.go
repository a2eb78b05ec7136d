package lsptest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"golang.org/x/tools/txtar"

	"stresstester/core/problem"
	"stresstester/lsp"
	"stresstester/lsp/command"
	"stresstester/lsp/companion"
)

// A scenario is a txtar file: prose on top, the files of a folder, and a file
// "story" that is played line by line. Words are separated by spaces; a word in
// quotes may have spaces, and the last word of a line may be JSON. In JSON,
// "$NAME" is the URI of the file NAME. What is expected is waited for.
//
//	client full|plain|JSON       connects an editor with these abilities; "full" by default
//	open FILE…                   opens files as they are on the disk
//	buffer FILE FROM             opens FILE with the text of FROM instead of its own
//	replace FILE REGEXP TEXT     types TEXT over the first match
//	save FILE, close FILE
//	run FILE [OPTIONS]           starts a stress test
//	exec COMMAND [JSON]          executes a command, which must succeed
//	until COMMAND JSON REGEXP    executes a command again and again until its result matches
//	fails COMMAND JSON REGEXP    executes a command, which must fail with that text
//	result REGEXP                the last command's result matches
//	await STATE                  the last run is in the state
//	ends VERDICT [FILE]          the last run, or that of FILE, ends with the verdict
//	marks                        diagnostics are exactly what the marks in the open files say
//	diagnosed FILE LINE CODE REGEXP  the file has that diagnostic
//	clean FILE                   the file's diagnostics were taken down
//	related REGEXP               a diagnostic leads to a document that matches
//	lens FILE REGEXP…            the file has a lens for each
//	action FILE REGEXP           applies a code action at the file's first diagnostic
//	hover FILE REGEXP            what is shown over the file's first diagnostic matches
//	tokens FILE REGEXP           the file's semantic tokens, as "line:text class" lines, match
//	complete FILE AT REGEXP…     at the end of the first match of AT, each is offered
//	about FILE AT REGEXP         what is shown over the first match of AT matches
//	leads FILE AT LINE           the definition of what stands at AT is on that line
//	rename FILE AT NAME          renames what stands at AT, and applies the edits
//	format FILE                  formats the file, and applies the edits
//	outline FILE REGEXP          the file's symbols match
//	registered REGEXP            the server offers the feature after initialize
//	links FILE REGEXP            the targets of the file's links match
//	diff REGEXP                  the client was sent stresstester/diff with that
//	browser JSON                 sends a problem as Competitive Companion does
//	focus                        tells that the window has the user's attention
//	openshown REGEXP NAME        opens the document that was shown, and calls it NAME
//	cancel                       cancels the last run's progress in the editor
//	progress REGEXP              some progress says it
//	shown REGEXP, message REGEXP, asked REGEXP
//	file FILE REGEXP             the file, in the editor or on the disk, matches
//	absent FILE                  the file is not on the disk
//	frame TEXT                   sends a body as it is
//	quit, exit, hangup [REGEXP]  end the connection; what Serve returns matches
//
// A mark is a comment in a source, such as
//
//	cout << a - b;  //@diag(WA, "expected 5")
//
// It says that the line has a diagnostic of that code whose message matches.
type scenario struct {
	t      *testing.T
	deps   lsp.Deps
	dir    string
	editor *Editor

	files  map[string]string
	opened []string
	run    string
	runs   map[string]string // the newest run of each file
	result json.RawMessage
}

// RunScenario plays a scenario file with a server of deps.
func RunScenario(t *testing.T, path string, deps lsp.Deps) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if deps.Companion == nil {
		deps.Companion = &companion.Router{}
	}
	s := &scenario{t: t, deps: deps, dir: t.TempDir(), files: map[string]string{}, runs: map[string]string{}}
	story := ""
	for _, f := range archive.Files {
		if f.Name == "story" {
			story = string(f.Data)
			continue
		}
		s.files[f.Name] = string(f.Data)
		if strings.HasPrefix(f.Name, "unsaved/") {
			continue
		}
		to := filepath.Join(s.dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.play(story)
}

func (s *scenario) play(story string) {
	for i, line := range strings.Split(story, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		s.t.Logf("%d: %s", i+1, line)
		if s.editor == nil && !strings.HasPrefix(line, "client ") {
			s.editor = Start(s.t, s.dir, s.deps, Options{})
		}
		words, err := splitWords(line)
		if err != nil {
			s.t.Fatal(err)
		}
		step, ok := steps[words[0]]
		if !ok {
			s.t.Fatalf("no step is called %q", words[0])
		}
		if n := len(words) - 1; n < step.least || step.most >= 0 && n > step.most {
			s.t.Fatalf("%s has %d words, wants %d to %d", words[0], n, step.least, step.most)
		}
		step.do(s, words[1:])
		if s.t.Failed() {
			s.t.FailNow()
		}
	}
}

// splitWords splits a line. JSON is one word to the line's end or to where it is
// complete.
func splitWords(line string) ([]string, error) {
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		switch line[0] {
		case '"':
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", line, err)
			}
			word, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", line, err)
			}
			words, line = append(words, word), line[len(quoted):]
		case '{':
			decoder := json.NewDecoder(strings.NewReader(line))
			var object json.RawMessage
			if err := decoder.Decode(&object); err != nil {
				return nil, fmt.Errorf("%s: %w", line, err)
			}
			words, line = append(words, string(object)), line[decoder.InputOffset():]
		default:
			word, rest, _ := strings.Cut(line, " ")
			words, line = append(words, word), rest
		}
	}
	return words, nil
}

type step struct {
	least, most int // words after the step's name; -1 is any number
	do          func(s *scenario, words []string)
}

var steps map[string]step

func init() { // A variable's initializer could not refer to functions that use it.
	steps = map[string]step{
		"client":   {1, 1, (*scenario).client},
		"open":     {1, -1, (*scenario).open},
		"buffer":   {2, 2, (*scenario).buffer},
		"replace":  {3, 3, func(s *scenario, w []string) { s.editor.Replace(w[0], w[1], w[2]) }},
		"save":     {1, 1, func(s *scenario, w []string) { s.editor.Save(w[0]) }},
		"close":    {1, 1, func(s *scenario, w []string) { s.editor.Close(w[0]) }},
		"run":      {1, 2, (*scenario).start},
		"exec":     {1, 2, (*scenario).exec},
		"until":    {3, 3, (*scenario).until},
		"fails":    {3, 3, (*scenario).fails},
		"result":   {1, 1, func(s *scenario, w []string) { s.match("the result", string(s.result), w[0]) }},
		"await":    {1, 1, func(s *scenario, w []string) { s.editor.Await(RunReaches(s.run, problem.State(w[0]))) }},
		"ends":     {1, 2, (*scenario).ends},
		"marks":    {0, 0, (*scenario).marks},
		"clean":    {1, 1, func(s *scenario, w []string) { s.editor.Await(NoDiagnostics(s.editor.URI(w[0]))) }},
		"related":  {1, 1, (*scenario).related},
		"lens":     {2, -1, (*scenario).lens},
		"action":   {2, 2, (*scenario).action},
		"hover":    {2, 2, (*scenario).hover},
		"tokens":   {2, 2, (*scenario).tokens},
		"complete": {3, -1, (*scenario).complete},
		"about":    {3, 3, (*scenario).about},
		"leads":    {3, 3, (*scenario).leads},
		"rename":   {3, 3, (*scenario).rename},
		"format":   {1, 1, (*scenario).format},
		"outline":  {2, 2, (*scenario).outline},
		"diagnosed": {4, 4, func(s *scenario, w []string) {
			line, err := strconv.Atoi(w[1])
			if err != nil {
				s.t.Fatal(err)
			}
			s.editor.Await(Diagnoses(s.editor.URI(w[0]), line, w[2], w[3]))
		}},
		"links":     {2, 2, (*scenario).links},
		"openshown": {2, 2, (*scenario).openShown},
		"browser":   {1, 1, (*scenario).browser},
		"focus": {0, 0, func(s *scenario, _ []string) {
			s.editor.Notify(command.NotifyFocus, raw(command.FocusNotification{Focused: true}))
		}},
		"diff": {1, 1, func(s *scenario, w []string) {
			s.editor.Await(Says("difference", w[0], func(state State) []string { return state.Diffs }))
		}},
		"registered": {1, 1, func(s *scenario, w []string) {
			s.editor.Await(Says("registration", w[0], func(state State) []string { return state.Registered }))
		}},
		"cancel":   {0, 0, (*scenario).cancel},
		"progress": {1, 1, (*scenario).progress},
		"shown":    {1, 1, func(s *scenario, w []string) { s.editor.Await(Shows(w[0])) }},
		"message":  {1, 1, func(s *scenario, w []string) { s.editor.Await(Tells(w[0])) }},
		"asked":    {1, 1, func(s *scenario, w []string) { s.editor.Await(Asks(w[0])) }},
		"file":     {2, 2, (*scenario).file},
		"absent":   {1, 1, (*scenario).absent},
		"frame":    {1, 1, func(s *scenario, w []string) { s.editor.Frame(w[0]) }},
		"quit":     {0, 1, func(s *scenario, w []string) { s.ended(s.editor.Shutdown(), w) }},
		"exit":     {0, 1, func(s *scenario, w []string) { s.ended(s.editor.Exit(), w) }},
		"hangup":   {0, 1, func(s *scenario, w []string) { s.ended(s.editor.HangUp(), w) }},
	}
}

func (s *scenario) browser(words []string) {
	p, err := companion.Parse([]byte(words[0]))
	if err != nil {
		s.t.Fatal(err)
	}
	s.deps.Companion.Deliver(p)
}

func (s *scenario) match(what, text, pattern string) {
	s.t.Helper()
	if !regexp.MustCompile("(?s)" + pattern).MatchString(text) {
		s.t.Fatalf("%s does not match %s:\n%s", what, pattern, text)
	}
}

// json puts documents' URIs and the last run's id into JSON.
func (s *scenario) json(text string) string {
	text = strings.ReplaceAll(text, `"$RUN"`, strconv.Quote(s.run))
	return regexp.MustCompile(`"\$([^"]*)"`).ReplaceAllStringFunc(text, func(word string) string {
		return strconv.Quote(s.editor.URI(strings.Trim(word, `"$`)))
	})
}

func (s *scenario) client(words []string) {
	if s.editor != nil {
		s.t.Fatal("client comes first")
	}
	capabilities := map[string]string{"full": Full, "plain": Plain}[words[0]]
	if capabilities == "" {
		capabilities = words[0]
	}
	s.editor = Start(s.t, s.dir, s.deps, Options{Capabilities: capabilities})
}

func (s *scenario) open(names []string) {
	for _, name := range names {
		s.editor.Open(name)
		s.opened = append(s.opened, name)
	}
}

func (s *scenario) buffer(words []string) {
	text, ok := s.files[words[1]]
	if !ok {
		s.t.Fatalf("the scenario has no %s", words[1])
	}
	s.editor.OpenText(words[0], text)
	s.opened = append(s.opened, words[0])
}

func (s *scenario) start(words []string) {
	options := ""
	if len(words) > 1 {
		options = s.json(words[1])
	}
	s.run = s.editor.Run(words[0], options)
	s.runs[words[0]] = s.run
}

func (s *scenario) exec(words []string) {
	argument := "{}"
	if len(words) > 1 {
		argument = s.json(words[1])
	}
	s.result = s.editor.MustExecute(words[0], argument)
	s.noteRun()
}

// noteRun remembers the run that a command has started.
func (s *scenario) noteRun() {
	var started command.RunResult
	if json.Unmarshal(s.result, &started) == nil && started.Run != "" {
		s.run = started.Run
	}
}

func (s *scenario) fails(words []string) {
	result, err := s.editor.Execute(words[0], s.json(words[1]))
	if err == nil {
		s.t.Fatalf("%s returned %s", words[0], result)
	}
	s.match("the error", err.Error(), words[2])
}

// until is how a client that is not told of runs follows one.
func (s *scenario) until(words []string) {
	again, end := time.NewTicker(20*time.Millisecond), time.After(Patience)
	defer again.Stop()
	for pattern := regexp.MustCompile("(?s)" + words[2]); ; {
		s.exec(words[:2])
		if pattern.Match(s.result) {
			return
		}
		select {
		case <-again.C:
		case <-end:
			s.match("the result", string(s.result), words[2])
		}
	}
}

func (s *scenario) ends(words []string) {
	run := s.run
	if len(words) > 1 {
		run = s.runs[words[1]]
	}
	s.editor.Await(RunEnds(run, problem.Verdict(words[0])))
}

var markPattern = regexp.MustCompile(`@diag\(([\w-]+), *("(?:[^"\\]|\\.)*")\)`)

// marks compares all diagnostics with the marks in the open files.
func (s *scenario) marks([]string) {
	var expected []Expectation
	counts := map[string]int{}
	for _, name := range s.opened {
		uri := s.editor.URI(name)
		for i, line := range strings.Split(s.editor.Text(name), "\n") {
			for _, m := range markPattern.FindAllStringSubmatch(line, -1) {
				pattern, err := strconv.Unquote(m[2])
				if err != nil {
					s.t.Fatalf("%s:%d: %v", name, i+1, err)
				}
				expected = append(expected, Diagnoses(uri, i+1, m[1], pattern))
				counts[uri]++
			}
		}
	}
	if len(expected) == 0 {
		s.t.Fatal("no open file has a mark")
	}
	expected = append(expected, Expectation{What: "no diagnostics but those marked", Check: func(state State) Outcome {
		for uri, diagnostics := range state.Diagnostics {
			if len(diagnostics) != counts[uri] {
				return Unmet
			}
		}
		return Met
	}})
	s.editor.Await(expected...)
}

func (s *scenario) related(words []string) {
	s.editor.Await(Says("related document", words[0], func(state State) []string {
		var all []string
		for _, diagnostics := range state.Diagnostics {
			for _, d := range diagnostics {
				for _, r := range d.RelatedInformation {
					all = append(all, r.Location.URI.String())
				}
			}
		}
		return all
	}))
}

func (s *scenario) lens(words []string) {
	var lenses []protocol.CodeLens
	s.editor.Call(protocol.MethodTextDocumentCodeLens, fmt.Sprintf(`{"textDocument":{"uri":%q}}`, s.editor.URI(words[0])), &lenses)
	var titles []string
	for _, l := range lenses {
		titles = append(titles, l.Command.Title)
	}
	for _, pattern := range words[1:] {
		s.match("the lenses", strings.Join(titles, "\n"), pattern)
	}
}

// first is the file's first diagnostic.
func (s *scenario) first(name string) protocol.Diagnostic {
	diagnostics := s.editor.State().Diagnostics[s.editor.URI(name)]
	if len(diagnostics) == 0 {
		s.t.Fatalf("%s has no diagnostics", name)
	}
	return diagnostics[0]
}

func (s *scenario) action(words []string) {
	var around protocol.Range // the beginning, where nothing is wrong
	if found := s.editor.State().Diagnostics[s.editor.URI(words[0])]; len(found) > 0 {
		around = found[0].Range
	}
	where, err := protocol.Marshal(around)
	if err != nil {
		s.t.Fatal(err)
	}
	var actions []protocol.CommandOrCodeAction
	s.editor.Call(protocol.MethodTextDocumentCodeAction,
		fmt.Sprintf(`{"textDocument":{"uri":%q},"range":%s,"context":{"diagnostics":[]}}`, s.editor.URI(words[0]), where), &actions)
	var titles []string
	for _, a := range actions {
		c, ok := a.(*protocol.Command)
		if action, literal := a.(*protocol.CodeAction); literal {
			c, ok = &action.Command, true
		}
		if !ok {
			continue
		}
		titles = append(titles, c.Title)
		if regexp.MustCompile(words[1]).MatchString(c.Title) {
			s.result = s.editor.MustExecute(c.Command, string(c.Arguments[0]))
			s.noteRun()
			return
		}
	}
	s.t.Fatalf("no code action %s among %q", words[1], titles)
}

func (s *scenario) hover(words []string) {
	start := s.first(words[0]).Range.Start
	var hover protocol.Hover
	s.editor.Call(protocol.MethodTextDocumentHover, fmt.Sprintf(`{"textDocument":{"uri":%q},"position":{"line":%d,"character":%d}}`,
		s.editor.URI(words[0]), start.Line, start.Character), &hover)
	content, ok := hover.Contents.(*protocol.MarkupContent)
	if !ok {
		s.t.Fatalf("the hover is %#v", hover.Contents)
	}
	s.match("the hover", content.Value, words[1])
}

func (s *scenario) cancel([]string) {
	token := "stresstester/run/" + s.run
	s.editor.Await(Expectation{What: "progress " + token, Check: func(state State) Outcome {
		if len(state.Progress[token]) > 0 {
			return Met
		}
		return Unmet
	}})
	s.editor.Notify(protocol.MethodWindowWorkDoneProgressCancel, &protocol.WorkDoneProgressCancelParams{Token: protocol.String(token)})
}

func (s *scenario) progress(words []string) {
	s.editor.Await(Says("progress", words[0], func(state State) []string {
		var all []string
		for _, values := range state.Progress {
			for _, v := range values {
				percentage := ""
				if v.Percentage != nil {
					percentage = fmt.Sprintf(" %d%%", *v.Percentage)
				}
				all = append(all, v.Kind+" "+v.Title+" "+v.Message+percentage)
			}
		}
		return all
	}))
}

func (s *scenario) file(words []string) {
	text := s.editor.Text(words[0])
	if text == "" {
		data, err := os.ReadFile(s.editor.Path(words[0]))
		if err != nil {
			s.t.Fatal(err)
		}
		text = string(data)
	}
	s.match(words[0], text, words[1])
}

func (s *scenario) absent(words []string) {
	if _, err := os.Stat(s.editor.Path(words[0])); err == nil {
		s.t.Fatalf("%s is there", words[0])
	}
}

func (s *scenario) ended(err error, words []string) {
	pattern := "^$"
	if len(words) > 0 {
		pattern = words[0]
	}
	text := ""
	if err != nil {
		text = err.Error()
	}
	s.match("what Serve returned", text, pattern)
}
