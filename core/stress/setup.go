package stress

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"stresstester/core/problem"
	"stresstester/core/room"
)

func newResult(o problem.Options, v problem.Verdict) problem.Result {
	return problem.Result{Event: "result", Verdict: v, Seed: o.Seed, State: problem.Failed,
		Failures: []problem.Failure{}, Warnings: []string{}}
}

// SetupResult is the result that an error of room.Open or Room.Job stands for,
// when it is about one of the programs.
func SetupResult(err error, o problem.Options) (problem.Result, bool) {
	var source *room.SourceError
	if !errors.As(err, &source) {
		return problem.Result{}, false
	}
	result := newResult(o, problem.CE)
	result.Role, result.Message = source.Role, source.Message
	return result, true
}

func missingResult(r *room.Room, missing []problem.Role, o problem.Options) problem.Result {
	role := missing[0]
	result := newResult(o, problem.BruteFailed)
	if role == problem.Generator {
		result.Verdict = problem.GeneratorFailed
	}
	result.Role = role
	var texts []string
	for _, role := range missing {
		texts = append(texts, missingText(r, role))
	}
	result.Message = strings.Join(texts, " ")
	return result
}

func missingText(r *room.Room, role problem.Role) string {
	if role == problem.Generator {
		return "There is no generator and no spec to make tests with. " + r.HowToAdd(role) +
			" A spec (" + strconv.Quote(r.Name+".spec") + ") does as well."
	}
	return "There is no brute force to compare with, and no checker or interactor that judges alone. " + r.HowToAdd(role)
}

// explainSetup is the message of a set-up failure: which program, on which test,
// what it said, and what to do about it.
func (e *execution) explainSetup(result *problem.Result) string {
	p, ok := e.job.Program(result.Role)
	if !ok {
		return result.Message
	}
	if result.Verdict == problem.CE {
		return explainCompilation(result)
	}
	text := strings.Replace(result.Message, result.Role.Title(), result.Role.Title()+" "+room.ShowName(p.Name), 1)
	if !strings.Contains(text, p.Name) {
		text = result.Role.Title() + " " + room.ShowName(p.Name) + ": " + text
	}
	text = strings.TrimRight(text, ".") + "."
	if c := result.Counterexample; c != nil {
		if said := tail(c.Stderr); said != "" && !strings.Contains(text, said) {
			text += " It said: " + said + "."
		}
	}
	if advice := remedy(result, p); advice != "" {
		text += " " + advice
	}
	return text
}

func explainCompilation(result *problem.Result) string {
	for _, c := range result.Compilations {
		if c.OK || c.Role != result.Role {
			continue
		}
		for _, d := range c.Diagnostics {
			if d.Severity == "error" && d.Line > 0 {
				return fmt.Sprintf("%s; line %d: %s", strings.TrimRight(result.Message, "."), d.Line, d.Message)
			}
		}
		if c.Message == "" && len(bytes.TrimSpace(c.Output)) > 0 && len(c.Diagnostics) == 0 {
			return fmt.Sprintf("%s; the compiler said: %s", strings.TrimRight(result.Message, "."), tail(c.Output))
		}
	}
	return result.Message
}

// remedy is what to do about a program that failed.
func remedy(result *problem.Result, p *problem.Program) string {
	name := room.ShowName(p.Name)
	table := string(result.Role)
	if result.Role == problem.Generator {
		table = "gen"
	}
	if limit := brokenLimit(result.Message); limit != "" {
		return fmt.Sprintf("If %s is right and only slow or large, give it more with %s under [limits.%s] in %s.", name, limit, table, room.ConfigName)
	}
	switch result.Verdict {
	case problem.GeneratorFailed:
		if result.Role == problem.Spec {
			return ""
		}
		return fmt.Sprintf("A generator gets its seed (%d here) as last argument, as a line on standard input and in STRESSTESTER_SEED, prints one test and exits with status 0.", result.TestSeed)
	case problem.BruteFailed:
		return "Correct " + name + ": it must answer every valid input with exit status 0."
	case problem.ValidatorRejected:
		return "Correct the generator if the input is wrong, or " + name + " if the input is right."
	case problem.CheckerFailed:
		return fmt.Sprintf("Correct %s: exit status 0 or 42 accepts, 1 or 43 rejects, 2 means a badly formed output; anything else is taken as its own failure.", name)
	default:
		return ""
	}
}

// brokenLimit is the setting of the limit that the message speaks of.
func brokenLimit(message string) string {
	for words, setting := range map[string]string{
		"time limit exceeded": "time_limit", "memory limit exceeded": "memory_limit", "output limit exceeded": "output_limit",
	} {
		if strings.Contains(message, words) {
			return setting
		}
	}
	return ""
}

// tail is the end of what a program printed, fit for a sentence.
func tail(output []byte) string {
	const most = 300
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(output), "\ufffd")), " ")
	if len(text) > most {
		cut := len(text) - most
		for !utf8.RuneStart(text[cut]) {
			cut++
		}
		text = "…" + text[cut:]
	}
	return strings.TrimRight(strings.Map(visible, text), ".")
}

// visible drops control characters, which would move a terminal's cursor.
func visible(r rune) rune {
	if r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 {
		return -1
	}
	return r
}
