package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stresstester/core/problem"
)

// results are what the document says: of this run, and of earlier ones what this run
// did not measure.
var results = document{Values: map[string]float64{}}

type document struct {
	Scenes    []measured
	Examples  []measured
	Languages []language
	Values    map[string]float64 // single figures, by name and unit
}

type measured struct {
	Key        string
	Rounds     int
	Rates      map[string]float64 // medians, by way
	Strategies map[problem.Role]string
}

// put replaces the entry of that key, or appends it: a benchmark may run its function
// more than once, and the last counts.
func put(list []measured, key string, rates map[string][]float64, strategies map[problem.Role]string) []measured {
	m := measured{Key: key, Rounds: *rounds, Rates: map[string]float64{}, Strategies: strategies}
	for way, values := range rates {
		m.Rates[way] = median(values)
	}
	for i := range list {
		if list[i].Key == key {
			list[i] = m
			return list
		}
	}
	return append(list, m)
}

func (d *document) add(key string, rates map[string][]float64, strategies map[problem.Role]string) {
	d.Scenes = put(d.Scenes, key, rates, strategies)
}

func (d *document) addExample(name string, rates map[string][]float64, strategies map[problem.Role]string) {
	d.Examples = put(d.Examples, name, rates, strategies)
}

// load reads what earlier runs have measured, which lies beside the document.
func (d *document) load(path string) error {
	data, err := os.ReadFile(sibling(path, ".json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, d)
}

func sibling(path, extension string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + extension
}

// othersBegin begins the part of the document that other commands write.
const othersBegin = "<!-- below: what other commands measure -->"

func (d *document) write(path string, cpus int) error {
	order := map[string]int{}
	for i, s := range scenes() {
		order[s.key] = i + 1
	}
	d.Scenes = slices.DeleteFunc(d.Scenes, func(m measured) bool { return order[m.Key] == 0 })
	slices.SortStableFunc(d.Scenes, func(a, b measured) int { return order[a.Key] - order[b.Key] })
	slices.SortStableFunc(d.Examples, func(a, b measured) int { return strings.Compare(a.Key, b.Key) })
	data, err := json.MarshalIndent(d, "", "\t")
	if err != nil {
		return err
	}
	plot := sibling(path, ".svg")
	text := d.markdown(cpus, filepath.Base(plot))
	if old, err := os.ReadFile(path); err == nil {
		if _, others, ok := strings.Cut(string(old), othersBegin); ok {
			text = strings.TrimRight(text, "\n") + "\n\n" + othersBegin + others
		}
	}
	return errors.Join(os.WriteFile(sibling(path, ".json"), append(data, '\n'), 0o644),
		os.WriteFile(path, []byte(text), 0o644),
		os.WriteFile(plot, []byte(d.svg()), 0o644))
}

// sceneName is what a scene is called in the document.
func sceneName(key string) string {
	for _, s := range scenes() {
		if s.key == key {
			return s.name
		}
	}
	return key
}

func (d *document) markdown(cpus int, plot string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Benchmarks

Written by `+"`make bench`"+`; run it to get your machine's figures (`+"`make bench ONLY=three-cpp,floor`"+` measures parts, and
leaves the others as they were). Measured here on %d processors (a virtual machine, on which starting
a process is dear: ratios to anything that starts processes are smaller on bare metal).

Every way runs for %v in turn, at least %d times over (for %v on the examples, for %v of each language); the medians count. The shell loop is the one of every
blog post (`+"`./gen $i >in; ./brute <in >a; ./sol <in >b; diff -w a b`"+`), with its files in memory, on the same programs, in a
container of the same image, compiled by `+"`g++ -O2`"+`; ours are also linked with `+"`-static-libstdc++`"+`, which alone makes a process start in half
the time. The loop uses one processor at a time. Ours runs with every limit and check on: confirmation,
and every 500th test made again by a fresh process. "Chosen" is what a user gets: the fastest way that suits
each program.

![tests per second](%s)

## Tests per second

| programs | shell loop |`, cpus, round, d.fewestRounds(), exampleRound, languageRound, plot)
	for _, w := range ways() {
		fmt.Fprintf(&b, " %s |", w.name)
	}
	b.WriteString(" chosen ÷ shell loop | chosen ÷ chosen, 1 slot |\n|" + strings.Repeat(" --- |", len(ways())+4) + "\n")
	for _, m := range d.Scenes {
		fmt.Fprintf(&b, "| %s | %s |", sceneName(m.Key), number(m.Rates[shellLoop]))
		for _, w := range ways() {
			fmt.Fprintf(&b, " %s |", number(m.Rates[w.name]))
		}
		fmt.Fprintf(&b, " **%s** | %.2f |\n", number(m.Rates["chosen"]/m.Rates[shellLoop]), m.Rates["chosen"]/m.Rates["chosen, 1 slot"])
	}
	b.WriteString("\nHow each program of a scene is run, when the way is chosen:\n\n")
	for _, m := range d.Scenes {
		fmt.Fprintf(&b, "- %s: %s\n", sceneName(m.Key), describe(m.Strategies))
	}
	d.examples(&b)
	d.languages(&b)
	d.values(&b)
	return b.String()
}

// fewestRounds is how often everything in the tables was measured at least.
func (d *document) fewestRounds() int {
	fewest := math.MaxInt
	for _, list := range [][]measured{d.Scenes, d.Examples} {
		for _, m := range list {
			fewest = min(fewest, m.Rounds)
		}
	}
	for _, l := range d.Languages {
		fewest = min(fewest, l.Rounds)
	}
	return fewest
}

// examples shows the ways side by side on every example that can be run in several.
func (d *document) examples(b *strings.Builder) {
	if len(d.Examples) == 0 {
		return
	}
	b.WriteString("\n## The examples\n\nTests per second on their right solutions (`examples/*/fixed.*`), with the strategies as they are at the end " +
		"of a run of " + exampleRound.String() + ". A way that is slower than one below it is not chosen.\n\n" +
		"| example | exec | fork server | chosen | chosen ÷ best of the others | how |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, m := range d.Examples {
		others := max(m.Rates["exec"], m.Rates["fork server"])
		fmt.Fprintf(b, "| %s | %s | %s | %s | %.1f | %s |\n", m.Key, number(m.Rates["exec"]), number(m.Rates["fork server"]),
			number(m.Rates["chosen"]), m.Rates["chosen"]/others, describe(m.Strategies))
	}
}

// languages shows every language against the shell loop of its own programs.
func (d *document) languages(b *strings.Builder) {
	if len(d.Languages) == 0 {
		return
	}
	b.WriteString("\n## Languages\n\nThree programs of one language, and the shell loop on them.\n\n" +
		"| language | shell loop | chosen | ratio | how |\n| --- | --- | --- | --- | --- |\n")
	for _, l := range d.Languages {
		fmt.Fprintf(b, "| %s | %s | %s | **%.1f** | %s |\n", l.Name, number(l.Shell), number(l.Rate), l.Rate/l.Shell, describe(l.Strategies))
	}
}

// values shows the single figures, as far as they were measured.
func (d *document) values(b *strings.Builder) {
	v := d.Values
	if v["run us"] > 0 {
		fmt.Fprintf(b, `
## The floor

One run of one of the three C++ programs takes %.1f µs of a slot: reading, solving, printing, restoring, limits, accounting,
comparing, and its share of the audits. On the same processor, in the same minutes, it takes

- %.1f µs to call a function and put back 30 pages that it dirtied, as many as such a program does;
- %.1f µs to hand a word over to another process and get one back;
- %.0f µs to fork a small process and wait for its end.
`, v["run us"], v["call us"], v["hand over us"], v["fork us"])
	}
	if v["share percent of 10ms"] > 0 {
		fmt.Fprintf(b, `
## Longer programs

How much of the sandbox's time is spent in programs that take that long, in runs of %v, the audits at their beginning included. The rest is for the
generator and all else, in the first rows also for the brute force. The elapsed time of the processors is also that of other work on the machine.

| what takes long | of all processor time that the sandbox uses | of all processors' elapsed time |
| --- | --- | --- |
`, shareRound)
		for _, ms := range []string{"1ms", "10ms", "100ms"} {
			fmt.Fprintf(b, "| the tested program, %s | %.1f %% | %.1f %% |\n", strings.Replace(ms, "ms", " ms", 1), v["share percent of "+ms], v["elapsed percent of "+ms])
		}
		for _, ms := range []string{"1ms", "10ms", "100ms"} {
			fmt.Fprintf(b, "| the tested program and the brute force, %s each | %.1f %% | %.1f %% |\n", strings.Replace(ms, "ms", " ms", 1), v["share percent of both "+ms], v["elapsed percent of both "+ms])
		}
	}
	if v["changed ms"] > 0 {
		fmt.Fprintf(b, `
## Warm start

From asking for a run to its first verdict, three C++ programs with `+"`bits/stdc++.h`"+`, in a sandbox that is already warm:
%.0f ms when the tested program was changed, %.1f ms when nothing was.
`, v["changed ms"], v["unchanged ms"])
	}
	if v["compile ms"] > 0 {
		fmt.Fprintf(b, "Compiling the changed program took %.0f ms of that.\n", v["compile ms"])
	}
}

func describe(strategies map[problem.Role]string) string {
	var parts []string
	for role, s := range strategies {
		name, _, _ := strings.Cut(s, ":")
		parts = append(parts, fmt.Sprintf("%s by %s", role, name))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// number shows about three digits.
func number(v float64) string {
	switch {
	case v >= 1000:
		return fmt.Sprintf("%.0f", math.Round(v/10)*10)
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	default:
		return fmt.Sprintf("%.1f", v)
	}
}

// svg is a bar chart with a logarithmic axis: three bars a scene.
func (d *document) svg() string {
	const left, top, barHeight, gap, width = 260, 34, 12, 12, 520
	shown := []struct{ way, colour string }{{shellLoop, "#9aa0a6"}, {"exec", "#5b8def"}, {"chosen", "#1f9d55"}}
	low, high := math.Inf(1), 0.0
	for _, m := range d.Scenes {
		for _, s := range shown {
			low, high = min(low, m.Rates[s.way]), max(high, m.Rates[s.way])
		}
	}
	low, high = math.Pow(10, math.Floor(math.Log10(low))), math.Pow(10, math.Ceil(math.Log10(high)))
	x := func(v float64) float64 { return left + width*math.Log10(v/low)/math.Log10(high/low) }
	sceneHeight := len(shown)*barHeight + gap
	height := top + len(d.Scenes)*sceneHeight + 30
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", left+width+80, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	for v := low; v <= high*1.001; v *= 10 {
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle" fill="#555">%.0f</text>`+"\n",
			x(v), top-6, x(v), height-26, x(v), height-10, v)
	}
	for i, s := range shown {
		fmt.Fprintf(&b, `<rect x="%d" y="10" width="12" height="12" fill="%s"/><text x="%d" y="20">%s</text>`+"\n", left+i*120, s.colour, left+i*120+18, s.way)
	}
	for i, m := range d.Scenes {
		y := top + i*sceneHeight
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", left-8, y+sceneHeight/2, sceneName(m.Key))
		for j, s := range shown {
			v := m.Rates[s.way]
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/><text x="%.1f" y="%d" font-size="10">%s</text>`+"\n",
				left, y+j*barHeight, x(v)-left, barHeight-2, s.colour, x(v)+4, y+j*barHeight+9, number(v))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// language is what was measured of one.
type language struct {
	Name        string
	Rounds      int
	Shell, Rate float64
	Strategies  map[problem.Role]string
}

func (d *document) addLanguage(name string, shell, rate float64, strategies map[problem.Role]string) {
	l := language{name, *rounds, shell, rate, strategies}
	for i := range d.Languages {
		if d.Languages[i].Name == name {
			d.Languages[i] = l
			return
		}
	}
	d.Languages = append(d.Languages, l)
}
