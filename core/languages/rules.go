package languages

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// rules compiles the patterns of a language, wherever they were inherited from.
func (p *parser) rules(key string, from func(given bool) string, text languageText, l *Language) {
	own := p.text[l.ID]
	for i, r := range text.Includes {
		at := fmt.Sprintf("%s.includes.%d", from(own.Includes != nil), i)
		if rule, ok := p.includeRule(at, r); ok {
			l.includeRules = append(l.includeRules, rule)
		}
	}
	for i, r := range text.Diagnostics {
		at := fmt.Sprintf("%s.diagnostics.%d", from(own.Diagnostics != nil), i)
		if rule, ok := p.messageRule(at, r); ok {
			l.messageRules = append(l.messageRules, rule)
		}
	}
	for i, r := range text.Crash {
		at := fmt.Sprintf("%s.crash.%d", from(own.Crash != nil), i)
		if rule, ok := p.crashRule(at, r); ok {
			l.crashRules = append(l.crashRules, rule)
		}
	}
	for i, r := range text.Exception {
		at := fmt.Sprintf("%s.exception.%d", from(own.Exception != nil), i)
		if pattern, ok := p.groups(at, r.Pattern, []string{"text"}, nil); ok {
			l.exceptionRules = append(l.exceptionRules, exceptionRule{pattern, pattern.SubexpIndex("text"), r.Last})
		}
	}
	if len(l.compile) > 0 && len(l.messageRules) == 0 {
		p.wrong(key, "diagnostics are missing: nobody could read what compile says")
	}
}

func (p *parser) includeRule(key string, text includeText) (includeRule, bool) {
	pattern, ok := p.groups(key, text.Pattern, []string{"name"}, []string{"member"})
	if !ok {
		return includeRule{}, false
	}
	if len(text.Files) == 0 {
		p.wrong(key, "files are missing")
	}
	for _, file := range text.Files {
		if !strings.Contains(file, namePlaceholder) {
			p.wrong(key, "file %q does not contain {name}", file)
		}
	}
	return includeRule{
		pattern: pattern, name: pattern.SubexpIndex("name"), member: pattern.SubexpIndex("member"),
		list: text.List, separator: text.Separator, files: text.Files,
	}, true
}

func (p *parser) messageRule(key string, text messageText) (messageRule, bool) {
	isContext := text.Severity == severityContext
	needed := []string{"message"}
	if isContext {
		needed = []string{"file", "line"}
	}
	pattern, ok := p.groups(key, text.Pattern, needed, []string{"file", "line", "column", "severity", "message", "caret", "detail"})
	if !ok {
		return messageRule{}, false
	}
	rule := messageRule{
		pattern: pattern, fixed: text.Severity,
		file: pattern.SubexpIndex("file"), line: pattern.SubexpIndex("line"), column: pattern.SubexpIndex("column"),
		severity: pattern.SubexpIndex("severity"), message: pattern.SubexpIndex("message"),
		caret: pattern.SubexpIndex("caret"), detail: pattern.SubexpIndex("detail"), firstColumn: 1,
	}
	if text.FirstColumn != nil {
		rule.firstColumn = *text.FirstColumn
		if rule.firstColumn != 0 && rule.firstColumn != 1 {
			p.wrong(key, "first_column must be 0 or 1")
		}
	}
	known := []string{severityError, severityWarning, severityNote, severityContext}
	switch {
	case rule.severity >= 0 && text.Severity != "":
		p.wrong(key, "severity is given and a group of the pattern")
	case rule.severity < 0 && !slices.Contains(known, text.Severity):
		p.wrong(key, "severity must be one of %s, or a group of the pattern", strings.Join(known, ", "))
	}
	return rule, true
}

func (p *parser) crashRule(key string, text crashText) (crashRule, bool) {
	pattern, ok := p.groups(key, text.Pattern, []string{"file", "line"}, []string{"function"})
	if !ok {
		return crashRule{}, false
	}
	return crashRule{pattern, pattern.SubexpIndex("file"), pattern.SubexpIndex("line"), pattern.SubexpIndex("function"), text.Last}, true
}

// groups compiles a pattern and checks the names of its groups.
func (p *parser) groups(key, text string, needed, allowed []string) (*regexp.Regexp, bool) {
	pattern := p.pattern(key+".pattern", text)
	if pattern == nil {
		return nil, false
	}
	for _, name := range needed {
		if pattern.SubexpIndex(name) < 0 {
			p.wrong(p.places.nearest(key+".pattern"), "pattern has no group %q", name)
			return nil, false
		}
	}
	for _, name := range pattern.SubexpNames()[1:] {
		if name == "" || !slices.Contains(needed, name) && !slices.Contains(allowed, name) {
			p.wrong(p.places.nearest(key+".pattern"), "pattern has a group %q that means nothing here: use (?:…)", name)
			return nil, false
		}
	}
	return pattern, true
}

// pattern compiles a regular expression; nil where it is wrong.
func (p *parser) pattern(key, text string) *regexp.Regexp {
	key = p.places.nearest(key)
	if text == "" {
		p.wrong(key, "pattern is missing")
		return nil
	}
	pattern, err := regexp.Compile(text)
	if err != nil {
		p.wrong(key, "pattern: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		return nil
	}
	return pattern
}
