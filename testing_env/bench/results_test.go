package bench

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stresstester/core/problem"
)

// results of one run, for the document.
var results document

type document struct {
	scenes             []measured
	changed, unchanged float64 // warm start in milliseconds
	languages          []language
}

type measured struct {
	name       string
	rates      map[string]float64 // medians, by way
	strategies map[problem.Role]string
}

// add keeps a scene's medians. A benchmark may run its function more than once;
// the last counts.
func (d *document) add(name string, rates map[string][]float64, strategies map[problem.Role]string) {
	m := measured{name: name, rates: map[string]float64{}, strategies: strategies}
	for way, values := range rates {
		m.rates[way] = median(values)
	}
	for i := range d.scenes {
		if d.scenes[i].name == name {
			d.scenes[i] = m
			return
		}
	}
	d.scenes = append(d.scenes, m)
}

func (d *document) write(path string, cpus int) error {
	plot := strings.TrimSuffix(path, filepath.Ext(path)) + ".svg"
	return errors.Join(os.WriteFile(path, []byte(d.markdown(cpus, filepath.Base(plot))), 0o644),
		os.WriteFile(plot, []byte(d.svg()), 0o644))
}

func (d *document) markdown(cpus int, plot string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Benchmarks

Written by `+"`make bench`"+`; run it to get your machine's figures. Measured here on %d processors (a virtual machine, on which starting
a process is dear: ratios to anything that starts processes are smaller on bare metal).

Every way runs for %v in turn, %d times over; the medians count. The shell loop is the one of every
blog post (`+"`./gen $i >in; ./brute <in >a; ./sol <in >b; diff -w a b`"+`), with its files in memory, on the same programs, in a
container of the same image, compiled by `+"`g++ -O2`"+`; ours are also linked with `+"`-static-libstdc++`"+`, which alone makes a process start in half
the time. The loop uses one processor at a time. Ours runs with every limit and check on: confirmation,
and every 500th test made again by a fresh process. "Chosen" is what a user gets: the fastest way that suits
each program.

![tests per second](%s)

## Tests per second

| programs | shell loop |`, cpus, round, *rounds, plot)
	for _, w := range ways() {
		fmt.Fprintf(&b, " %s |", w.name)
	}
	b.WriteString(" chosen ÷ shell loop | chosen ÷ chosen, 1 slot |\n|" + strings.Repeat(" --- |", len(ways())+4) + "\n")
	for _, m := range d.scenes {
		fmt.Fprintf(&b, "| %s | %s |", m.name, number(m.rates[shellLoop]))
		for _, w := range ways() {
			fmt.Fprintf(&b, " %s |", number(m.rates[w.name]))
		}
		fmt.Fprintf(&b, " **%s** | %.2f |\n", number(m.rates["chosen"]/m.rates[shellLoop]), m.rates["chosen"]/m.rates["chosen, 1 slot"])
	}
	b.WriteString("\nHow each program of a scene is run, when the way is chosen:\n\n")
	for _, m := range d.scenes {
		fmt.Fprintf(&b, "- %s: %s\n", m.name, describe(m.strategies))
	}
	fmt.Fprintf(&b, `
## Warm start

From asking for a run to its first verdict, three C++ programs with `+"`bits/stdc++.h`"+`, in a sandbox that is already warm:
%.0f ms when the tested program was changed, %.1f ms when nothing was.
`, d.changed, d.unchanged)
	return b.String()
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
	for _, m := range d.scenes {
		for _, s := range shown {
			low, high = min(low, m.rates[s.way]), max(high, m.rates[s.way])
		}
	}
	low, high = math.Pow(10, math.Floor(math.Log10(low))), math.Pow(10, math.Ceil(math.Log10(high)))
	x := func(v float64) float64 { return left + width*math.Log10(v/low)/math.Log10(high/low) }
	sceneHeight := len(shown)*barHeight + gap
	height := top + len(d.scenes)*sceneHeight + 30
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
	for i, m := range d.scenes {
		y := top + i*sceneHeight
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", left-8, y+sceneHeight/2, m.name)
		for j, s := range shown {
			v := m.rates[s.way]
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/><text x="%.1f" y="%d" font-size="10">%s</text>`+"\n",
				left, y+j*barHeight, x(v)-left, barHeight-2, s.colour, x(v)+4, y+j*barHeight+9, number(v))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// language is what was measured of one.
type language struct {
	name        string
	shell, rate float64
	strategies  map[problem.Role]string
}

func (d *document) addLanguage(name string, shell, rate float64, strategies map[problem.Role]string) {
	l := language{name, shell, rate, strategies}
	for i := range d.languages {
		if d.languages[i].name == name {
			d.languages[i] = l
			return
		}
	}
	d.languages = append(d.languages, l)
}
