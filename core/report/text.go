package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"stresstester/core/problem"
)

// Context is what a report needs to know beyond the result.
type Context struct {
	// Compare is the comparison that was in force.
	Compare problem.Comparison
	// SourceLine is a line, from 1, of the source with that base name; nil when
	// sources are not at hand.
	SourceLine func(file string, line int) (string, bool)
	// Replay lists the commands that show the failure again; nil means none.
	Replay func(problem.Failure) []string
}

// How much of each text a report shows, in lines.
const (
	inputLines      = 20
	outputLines     = 16
	stderrLines     = 12
	compilerLines   = 40
	transcriptLines = 30
	mostFailures    = 10
)

const indent = "  "

// Text writes the report that ends a run. It returns the first error of w.
func Text(w io.Writer, s Style, r problem.Result, c Context) error {
	p := &printer{w: bufio.NewWriter(w), style: s, context: c}
	p.title(r)
	p.compilations(r)
	p.failures(r)
	p.summary(r)
	p.warnings(r)
	return p.w.Flush() // a bufio.Writer keeps its first error
}

type printer struct {
	w       *bufio.Writer
	style   Style
	context Context
}

func (p *printer) line(text string) {
	_, _ = p.w.WriteString(text)
	_ = p.w.WriteByte('\n')
}

// wrapped writes a paragraph, broken at spaces: the first line after lead, the
// others after rest. White space within a line stays as it is, as it may be what
// the paragraph is about.
func (p *printer) wrapped(lead lead, rest, text string, color paint) {
	if p.style.Width <= 0 {
		p.line(p.style.paint(lead.color, lead.text) + p.style.paint(color, text))
		return
	}
	line := ""
	for i, word := range strings.Split(text, " ") {
		if i > 0 && displayWidth(lead.text)+displayWidth(line)+1+displayWidth(word) > p.style.width() && strings.TrimSpace(line) != "" {
			p.line(p.style.paint(lead.color, lead.text) + p.style.paint(color, line))
			line, lead.text, lead.color = word, rest, ""
			continue
		}
		if i > 0 {
			line += " "
		}
		line += word
	}
	p.line(p.style.paint(lead.color, lead.text) + p.style.paint(color, line))
}

// lead is what a paragraph begins with.
type lead struct {
	text  string
	color paint
}

func colorOf(v problem.Verdict) paint {
	switch {
	case v == problem.OK:
		return good
	case v.SetupFailure():
		return odd
	}
	return bad
}

func (p *printer) title(r problem.Result) {
	verdict := string(r.Verdict)
	if r.Verdict == problem.OK && r.State == problem.Stopped {
		verdict = "STOPPED"
	}
	p.headline(verdict, colorOf(r.Verdict), r.Flaky, r.Message)
}

func (p *printer) headline(verdict string, color paint, flaky bool, message string) {
	if flaky {
		verdict += " (flaky)"
	}
	p.wrapped(lead{verdict + ": ", color}, indent, plain(message), "")
}

// compilations shows what the compilers of programs that could not be built said.
func (p *printer) compilations(r problem.Result) {
	if r.Verdict != problem.CE {
		return
	}
	for _, c := range r.Compilations {
		if c.OK || len(c.Output) == 0 {
			continue
		}
		p.section("Compiler output for " + c.Role.Title())
		p.excerpt(c.Output, compilerLines)
	}
}

func (p *printer) section(title string) {
	p.line("")
	p.line(indent + p.style.paint(bold, title))
}

// excerpt writes a text of which the middle may be left out.
func (p *printer) excerpt(text problem.Text, limit int) {
	all, _ := lines(string(text))
	for _, r := range excerpt(all, limit, 0, spacesPlain) {
		if r.number == 0 {
			p.line(indent + p.style.paint(dim, r.note))
			continue
		}
		p.line(strings.TrimRight(indent+join(fit(r.text, p.style.width()-len(indent), -1)), " "))
	}
}

func (p *printer) failures(r problem.Result) {
	if len(r.Failures) == 0 && r.Counterexample != nil {
		r.Failures = []problem.Failure{{Verdict: r.Verdict, TestNumber: r.TestNumber, TestSeed: r.TestSeed, TestName: r.TestName,
			Flaky: r.Flaky, Counterexample: r.Counterexample, Location: r.Location, Message: r.Message}}
	}
	for i, f := range r.Failures {
		if i == mostFailures {
			p.line("")
			p.line(fmt.Sprintf("and %s more", count(len(r.Failures)-i, "failure")))
			break
		}
		if i > 0 {
			p.line("")
			p.headline(fmt.Sprintf("%s, failure %d of %d", f.Verdict, i+1, len(r.Failures)), colorOf(f.Verdict), f.Flaky, f.Message)
		}
		p.failure(f)
	}
}

func (p *printer) failure(f problem.Failure) {
	c := f.Counterexample
	if c == nil {
		return
	}
	if f.Verdict != problem.GeneratorFailed || len(c.Input) > 0 {
		p.input(c)
	}
	if f.Verdict.Divergence() {
		p.outputs(f)
	}
	p.location(f.Location)
	if c.Comment != "" && !strings.Contains(f.Message, c.Comment) {
		p.section("The checker says")
		p.excerpt(problem.Text(c.Comment), stderrLines)
	}
	if len(c.Stderr) > 0 {
		p.section("Standard error")
		p.excerpt(c.Stderr, stderrLines)
	}
	p.ending(f)
	p.whereabouts(f)
}

func (p *printer) input(c *problem.Counterexample) {
	all, complete := lines(string(c.Input))
	notes := []string{count(len(all), "line"), size(len(c.Input))}
	if !complete {
		notes = append(notes, "no newline at the end")
	}
	if c.OracleRuns > 0 && len(c.OriginalInput) != len(c.Input) {
		notes = append(notes, fmt.Sprintf("reduced from %s in %s", size(len(c.OriginalInput)), count(c.OracleRuns, "run")))
	}
	p.section("Input " + p.style.paint(dim, "("+strings.Join(notes, ", ")+")"))
	p.excerpt(c.Input, inputLines)
	if c.Case != nil {
		p.wrapped(lead{text: indent}, indent, c.Case.String(), "")
	}
	if c.Minimality != "" {
		p.wrapped(lead{text: indent}, indent, plain(c.Minimality), dim)
	}
}

func (p *printer) outputs(f problem.Failure) {
	c := f.Counterexample
	if len(c.Transcript) > 0 {
		p.section("Conversation " + p.style.paint(dim, "(> to the tested program, < from it)"))
		p.excerpt(c.Transcript, transcriptLines)
		return
	}
	actual := "Actual"
	if f.Verdict != problem.WA && f.Verdict != problem.PE {
		actual = "Printed until then"
	}
	d := c.Difference
	if d == nil {
		d = &problem.Difference{}
	}
	show := p.spaces()
	left := newColumn("Expected", c.Expected, d.Expected, d.ExpectedToken, outputLines, show)
	right := newColumn(actual, c.Actual, d.Actual, d.ActualToken, outputLines, show)
	p.line("")
	if c.Difference == nil && len(c.Expected) == 0 {
		p.block(right)
		return
	}
	p.sideBySide(left, right)
	if c.Difference != nil {
		p.line("")
		p.wrapped(lead{text: indent}, indent, firstDifference(f.Message, *d), "")
	}
}

// firstDifference is where the outputs part, and what the difference is unless
// the headline has said so.
func firstDifference(headline string, d problem.Difference) string {
	text := fmt.Sprintf("First difference at line %d, column %d", d.Expected.Line, d.Expected.Column)
	if d.Expected != d.Actual {
		text = fmt.Sprintf("First difference at line %d, column %d of what is expected and line %d, column %d of the output",
			d.Expected.Line, d.Expected.Column, d.Actual.Line, d.Actual.Column)
	}
	if !strings.Contains(headline, d.Message) {
		text += ": " + plain(d.Message)
	}
	return text
}

// spaces decides whether white space is drawn: when it may be what differs.
func (p *printer) spaces() spaces {
	switch p.context.Compare.Mode {
	case problem.CompareExact, problem.CompareLines:
		return spacesTrailing
	default:
		return spacesPlain
	}
}

func (p *printer) location(l *problem.Location) {
	if l == nil {
		return
	}
	title := fmt.Sprintf("%s:%d", inline(l.File), l.Line)
	if l.Column > 0 {
		title += ":" + strconv.Itoa(l.Column)
	}
	title += calls(l.Stack)
	p.line("")
	p.wrapped(lead{text: indent}, indent+indent, title, bold)
	p.sourceLine(l.File, l.Line, l.Column)
	if l.Note != "" {
		p.wrapped(lead{text: indent}, indent, plain(l.Note), "")
	}
	for _, place := range l.Related {
		p.wrapped(lead{text: indent}, indent+indent, fmt.Sprintf("%s:%d: %s", inline(place.File), place.Line, plain(place.Message)), "")
		p.sourceLine(place.File, place.Line, place.Column)
	}
}

// mostCalls is how many calls of a stack a report names.
const mostCalls = 5

// calls tells how a line was reached, a recursion's calls together.
func calls(stack []problem.Frame) string {
	text, named := "", 0
	for i := 0; i < len(stack); {
		same := 1
		for i+same < len(stack) && stack[i+same] == stack[i] {
			same++
		}
		switch {
		case i == 0:
			text += " in " + inline(stack[i].Function)
			same = 1
		case named == mostCalls:
			return text + ", …"
		default:
			named++
			text += fmt.Sprintf(", called by %s (line %d)", inline(stack[i].Function), stack[i].Line)
			if same > 1 {
				text = strings.TrimSuffix(text, ")") + fmt.Sprintf(", %d times)", same)
			}
		}
		i += same
	}
	return text
}

// sourceLine shows a line of a source with its column marked.
func (p *printer) sourceLine(file string, at, column int) {
	if p.context.SourceLine == nil {
		return
	}
	text, ok := p.context.SourceLine(file, at)
	if !ok {
		return
	}
	number := strconv.Itoa(at)
	line := cells(strings.TrimRight(text, " \t\r\n"), spacesPlain)
	focus := -1
	if column > 0 {
		focus = column - 1
	}
	line = fit(line, p.style.width()-len(indent)-len(number)-3, focus)
	p.line(indent + p.style.paint(dim, number+" │ ") + join(line))
	if focus < 0 {
		return
	}
	before, _, _ := split(line, focus, focus)
	p.line(indent + strings.Repeat(" ", len(number)) + p.style.paint(dim, " │ ") + strings.Repeat(" ", displayWidth(before)) + p.style.paint(bad, "^"))
}

// ending says how the tested program ended and what it used.
func (p *printer) ending(f problem.Failure) {
	c := f.Counterexample
	if !f.Verdict.Divergence() || c.TimeMS == 0 && c.MemoryKB == 0 && c.Signal == "" && c.ExitCode == 0 {
		return
	}
	how := fmt.Sprintf("exit status %d", c.ExitCode)
	if c.Signal != "" {
		how = "ended by " + c.Signal
	}
	p.line("")
	p.line(fmt.Sprintf("%s%s after %.0f ms of processor time, with %s of memory", indent, how, c.TimeMS, size(int(c.MemoryKB)<<10)))
}

// whereabouts says where the test is and how to run it again.
func (p *printer) whereabouts(f problem.Failure) {
	var commands []string
	if p.context.Replay != nil {
		commands = p.context.Replay(f)
	}
	if f.Counterexample.SavedAs != "" || len(commands) > 0 {
		p.line("")
	}
	if f.Counterexample.SavedAs != "" {
		p.line(indent + "Saved as " + p.style.paint(cyan, inline(f.Counterexample.SavedAs)))
	}
	for i, command := range commands {
		lead := "Replay:  "
		if i > 0 {
			lead = "    or:  "
		}
		p.line(indent + lead + p.style.paint(cyan, command))
	}
}

func (p *printer) summary(r problem.Result) {
	if r.Tests == 0 {
		return
	}
	p.line("")
	text := fmt.Sprintf("%s in %s", count(r.Tests, "test"), seconds(r.Seconds))
	if r.TestsPerSecond > 0 {
		text += fmt.Sprintf(" (%s tests/s)", rate(r.TestsPerSecond))
	}
	text += fmt.Sprintf(", first seed %d", r.Seed)
	if r.State == problem.Stopped {
		text += "; stopped before its end"
	}
	p.line(p.style.paint(dim, text))
}

func (p *printer) warnings(r problem.Result) {
	for i, text := range r.Warnings {
		if i == 0 {
			p.line("")
		}
		p.wrapped(lead{"warning: ", yellow}, indent, plain(text), "")
	}
}

func seconds(s float64) string {
	switch {
	case s < 10:
		return fmt.Sprintf("%.2f s", s)
	case s < 120:
		return fmt.Sprintf("%.1f s", s)
	}
	return fmt.Sprintf("%d min %d s", int(s)/60, int(s)%60)
}

func rate(perSecond float64) string {
	if perSecond < 10 {
		return fmt.Sprintf("%.1f", perSecond)
	}
	return fmt.Sprintf("%.0f", perSecond)
}
