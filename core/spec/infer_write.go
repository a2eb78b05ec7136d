package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// writeSpec writes forms as the text of a spec, with ranges around what the
// samples hold.
func writeSpec(forms []*form, all []*sample) string {
	seen := &observations{fields: map[int]*observation{}, alternatives: map[int][]alternativeSeen{}}
	for _, one := range all {
		runAll(forms, &stream{sample: one, seen: seen})
	}
	w := &specWriter{seen: seen, names: map[int]string{}, taken: map[string]bool{}}
	w.nameCounts(forms)
	w.text.WriteString("# Guessed from the samples: check every range against the statement.\n")
	w.forms(forms, "")
	return w.text.String()
}

type specWriter struct {
	seen  *observations
	names map[int]string
	taken map[string]bool
	text  strings.Builder
	// known are the fields declared so far, in order.
	known []int
}

// nameCounts gives counters the names that statements give them.
func (w *specWriter) nameCounts(forms []*form) {
	for _, f := range forms {
		switch f.kind {
		case formCases:
			w.name(f.count.field, "t")
			w.nameCounts(f.body)
		case formTree, formGraph:
			w.name(f.length.field, "n", "k")
			w.name(f.count.field, "m", "k")
		case formGrid, formMatrix:
			w.name(f.count.field, "n", "h")
			w.name(f.columns[0].length.field, "m", "w")
		case formQueries:
			w.name(f.count.field, "q", "m")
		case formTable:
			w.name(f.count.field, "n", "q", "m")
		case formColumn:
			w.name(f.count.field, "n", "m", "k")
		}
		for _, c := range f.columns {
			if c.list && c.constant == 0 || c.text {
				preferred := []string{"n", "m", "k"}
				if f.columns[0].field == c.length.field {
					preferred = []string{"k", "c", "m"}
				}
				w.name(c.length.field, preferred...)
			}
		}
	}
}

// name gives a field the first free name of its preferences.
func (w *specWriter) name(field int, preferred ...string) string {
	if known, ok := w.names[field]; ok {
		return known
	}
	for _, p := range append(preferred, "a", "b", "c", "d", "f", "g", "h", "i", "j", "y", "z") {
		if !w.taken[p] {
			w.names[field], w.taken[p] = p, true
			return p
		}
	}
	p := fmt.Sprintf("v%d", field)
	w.names[field], w.taken[p] = p, true
	return p
}

func (w *specWriter) amount(a amount) string {
	switch name := w.name(a.field); {
	case a.more > 0:
		return fmt.Sprintf("%s+%d", name, a.more)
	case a.more < 0:
		return fmt.Sprintf("%s-%d", name, -a.more)
	default:
		return name
	}
}

func (w *specWriter) forms(forms []*form, indent string) {
	for i, f := range forms {
		w.form(f, indent, i == 0)
	}
}

func (w *specWriter) form(f *form, indent string, first bool) {
	line := func(format string, args ...any) { fmt.Fprintf(&w.text, indent+format+"\n", args...) }
	field := f.columns
	switch f.kind {
	case formBlank:
		line(`""`)
	case formRow:
		line("%s", w.row(f, first))
	case formColumn:
		name := w.name(field[0].field, "a", "b", "c")
		line("%s: %s lines", name, w.elements(field[0].field, "["+w.amount(f.count)+"]"))
	case formMatrix:
		name := w.name(field[0].field, "a", "b", "c")
		line("%s: %s", name, w.elements(field[0].field, "["+w.amount(f.count)+"]["+w.amount(field[0].length)+"]"))
	case formGrid:
		name := w.name(field[0].field, "g", "grid")
		line("%s: grid(%s, %s) %s", name, w.amount(f.count), w.amount(field[0].length), w.gridAlphabet(field[0].field))
	case formTree, formGraph:
		line("%s", w.edges(f))
	case formTable:
		line("repeat %s {", w.amount(f.count))
		line("  %s", w.row(f, false))
		line("}")
	case formQueries:
		w.queries(f, indent)
	case formCases:
		line("repeat %s {", w.amount(f.count))
		w.forms(f.body, indent+"  ")
		line("}")
	}
	for _, c := range f.columns {
		w.known = append(w.known, c.field)
	}
}

// row writes the fields of one line; neighbours of the same type share it.
func (w *specWriter) row(f *form, first bool) string {
	type part struct{ names, typ string }
	var parts []part
	for i, c := range f.columns {
		name, typ := w.column(f, i, c, first)
		if last := len(parts) - 1; last >= 0 && parts[last].typ == typ && !c.list {
			parts[last].names += ", " + name
		} else {
			parts = append(parts, part{name, typ})
		}
		w.known = append(w.known, c.field)
	}
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.names + ": " + p.typ
	}
	return strings.Join(texts, "  ")
}

func (w *specWriter) column(f *form, i int, c column, first bool) (name, typ string) {
	switch {
	case c.text:
		return w.name(c.field, "s", "u", "w"), fmt.Sprintf("string(%s) %s", w.amount(c.length), alphabetOf(w.seen.fields[c.field].words, false))
	case c.list && c.constant > 0:
		return w.name(c.field, "a", "b", "c"), w.elements(c.field, "["+strconv.Itoa(c.constant)+"]")
	case c.list && c.length.more == 0 && w.isPermutation(c.field):
		return w.name(c.field, "p", "perm"), fmt.Sprintf("perm(%s)", w.amount(c.length))
	case c.list:
		return w.name(c.field, "a", "b", "c"), w.elements(c.field, "["+w.amount(c.length)+"]")
	}
	counts := w.names[c.field] != ""
	preferred := []string{"k", "x", "y", "z"}
	if f.kind == formTable {
		preferred = columnNames(len(f.columns), i)
	} else if first && len(f.columns) <= 2 && i == 0 {
		preferred = []string{"n", "k", "x"}
	}
	if o := w.seen.fields[c.field]; o != nil && !numeric(o.words) {
		preferred = []string{"s", "u", "w"}
	}
	if f.kind == formTable && i+1 < len(f.columns) {
		if upper := w.intervalBound(c.field, f.columns[i+1].field); upper != "" {
			return w.name(c.field, "l", "a", "x"), "int 1.." + upper
		}
	}
	if f.kind == formTable && i > 0 {
		if upper := w.intervalBound(f.columns[i-1].field, c.field); upper != "" {
			return w.name(c.field, "r", "b", "y"), "int " + w.names[f.columns[i-1].field] + ".." + upper
		}
	}
	if typ := w.coordinates(f); typ != "" {
		return w.name(c.field, preferred...), typ
	}
	name = w.name(c.field, preferred...)
	return name, w.scalar(c.field, counts, f.kind == formTable, w.known)
}

// intervalBound is the name of a counter that two neighbouring columns point
// into, the first never beyond the second; "" where they do not.
func (w *specWriter) intervalBound(left, right int) string {
	l, r := w.seen.fields[left], w.seen.fields[right]
	if l == nil || r == nil || len(l.words) < 3 || len(l.words) != len(r.words) || !numeric(l.words) || !numeric(r.words) {
		return ""
	}
	for i := range l.words {
		a, _ := strconv.ParseInt(l.words[i], 10, 64)
		b, _ := strconv.ParseInt(r.words[i], 10, 64)
		if a < 1 || a > b {
			return ""
		}
	}
	for _, field := range w.known {
		if field == left {
			break
		}
		ok, near := w.names[field] != "", false
		for i := 0; i < len(r.words) && ok; i++ {
			limit, known := r.contexts[i].get(field)
			b, err := strconv.ParseInt(r.words[i], 10, 64)
			ok = known && err == nil && b <= limit
			near = near || b == limit
		}
		if ok && near {
			return w.names[field]
		}
	}
	return ""
}

// coordinates is the common type of a table's columns that look like coordinates:
// whole numbers of either sign. It is "" for other tables.
func (w *specWriter) coordinates(f *form) string {
	if f.kind != formTable || len(f.columns) > 3 {
		return ""
	}
	all := &observation{}
	for _, c := range f.columns {
		o := w.seen.fields[c.field]
		if o == nil || c.list || !numeric(o.words) || decimals(o.words) > 0 {
			return ""
		}
		all.words = append(all.words, o.words...)
	}
	if lo, _ := all.extremes(); lo >= 0 {
		return ""
	}
	return "int " + w.roundRange(all)
}

// columnNames are usual names of a row's fields.
func columnNames(n, i int) []string {
	if n == 2 {
		return []string{[]string{"x", "y"}[i], []string{"u", "v"}[i]}
	}
	return []string{"x", "y", "z", "u", "v", "w"}[min(i, 5):]
}

// scalar writes the type of a single number or word.
func (w *specWriter) scalar(field int, counts, indices bool, before []int) string {
	o := w.seen.fields[field]
	if o == nil || len(o.words) == 0 {
		return "int 1..10"
	}
	if !numeric(o.words) {
		return textType(o.words, "")
	}
	if decimals(o.words) > 0 {
		return "float " + w.roundRange(o) + fmt.Sprintf(" digits %d", decimals(o.words))
	}
	if counts {
		lo, hi := o.extremes()
		return fmt.Sprintf("int %d..%s", min(1, max(lo, 0)), roundUp(max(hi, 8)))
	}
	if indices {
		if r := w.indexRange(o, before, 2); r != "" {
			return "int " + r
		}
	}
	return "int " + w.roundRange(o)
}

// indexRange is the range 1..n, if all values keep to it and enough of them do.
func (w *specWriter) indexRange(o *observation, before []int, enough int) string {
	if len(o.words) < enough {
		return ""
	}
	for _, field := range before {
		if w.names[field] != "" && o.pointsInto(field) {
			return "1.." + w.names[field]
		}
	}
	return ""
}

// pointsInto reports whether all values lie between 1 and the number of a field,
// which one of them reaches.
func (o *observation) pointsInto(field int) bool {
	reached := false
	for i, word := range o.words {
		n, err := strconv.ParseInt(word, 10, 64)
		limit, known := o.contexts[i].get(field)
		if err != nil || !known || n < 1 || n > limit {
			return false
		}
		reached = reached || n == limit
	}
	return reached
}

// elements writes the type of an array.
func (w *specWriter) elements(field int, dims string) string {
	o := w.seen.fields[field]
	if o == nil || len(o.words) == 0 {
		return "int" + dims + " 1..10"
	}
	if !numeric(o.words) {
		return textType(o.words, dims)
	}
	if d := decimals(o.words); d > 0 {
		return "float" + dims + " " + w.roundRange(o) + fmt.Sprintf(" digits %d", d)
	}
	rng := w.roundRange(o)
	if r := w.indexRange(o, w.known, 12); r != "" {
		rng = r
	}
	if strings.Count(dims, "[") > 1 {
		return "int" + dims + " " + rng
	}
	return "int" + dims + " " + rng + o.orderOf()
}

func textType(words []string, dims string) string {
	least, most := len(words[0]), len(words[0])
	for _, word := range words {
		least, most = min(least, len(word)), max(most, len(word))
	}
	if most == 1 {
		return "char" + dims + " " + alphabetOf(words, false)
	}
	return fmt.Sprintf("string%s(1..%s) %s", dims, roundUp(int64(max(most, 8))), alphabetOf(words, false))
}

func decimals(words []string) int {
	most := 0
	for _, word := range words {
		_, fraction, _ := strings.Cut(word, ".")
		most = max(most, len(fraction))
	}
	return most
}

// extremes are the least and greatest whole number.
func (o *observation) extremes() (lo, hi int64) {
	for i, word := range o.words {
		whole, _, _ := strings.Cut(word, ".")
		n, err := strconv.ParseInt(whole, 10, 64)
		if err != nil {
			continue
		}
		if i == 0 {
			lo, hi = n, n
		}
		lo, hi = min(lo, n), max(hi, n)
	}
	return lo, hi
}

// roundRange widens what was seen to round numbers.
func (w *specWriter) roundRange(o *observation) string {
	lo, hi := o.extremes()
	negative := false
	for _, word := range o.words {
		negative = negative || strings.HasPrefix(word, "-")
	}
	if decimals(o.words) > 0 {
		hi++
		lo--
	}
	switch {
	case negative:
		most := roundUp(max(hi, -lo))
		return "-" + most + ".." + most
	case lo <= 0:
		if hi <= 1 && decimals(o.words) == 0 {
			return "0..1"
		}
		return "0.." + roundUp(hi)
	}
	return "1.." + roundUp(hi)
}

// roundUp is the next power of ten, at least 10, as people write it.
func roundUp(n int64) string {
	power, zeros := int64(10), 1
	for power < n && zeros < 18 {
		power *= 10
		zeros++
	}
	switch {
	case power < n:
		return strconv.FormatInt(highest, 10)
	case zeros <= 3:
		return strconv.FormatInt(power, 10)
	}
	return fmt.Sprintf("1e%d", zeros)
}

// orderOf tells whether all groups are in order, if that can hardly be chance.
func (o *observation) orderOf() string {
	long, strict, rising := 0, true, true
	for _, group := range o.groups {
		g := group.words
		long = max(long, len(g))
		for i := 1; i < len(g); i++ {
			a, _ := strconv.ParseInt(g[i-1], 10, 64)
			b, _ := strconv.ParseInt(g[i], 10, 64)
			rising = rising && a <= b
			strict = strict && a < b
		}
	}
	switch {
	case long < 5 || !rising:
		return ""
	case strict:
		return " increasing"
	}
	return " sorted"
}

func (w *specWriter) isPermutation(field int) bool {
	o := w.seen.fields[field]
	if o == nil {
		return false
	}
	long := 0
	for _, group := range o.groups {
		g := group.words
		long = max(long, len(g))
		seen := make([]bool, len(g)+1)
		for _, word := range g {
			n, err := strconv.Atoi(word)
			if err != nil || n < 1 || n > len(g) || seen[n] {
				return false
			}
			seen[n] = true
		}
	}
	return long >= 3
}

// edges writes a tree or a graph with the properties that all samples have.
func (w *specWriter) edges(f *form) string {
	field := f.columns[0].field
	o := w.seen.fields[field]
	name := w.name(field, "e", "edges")
	weight := ""
	width := 2 + f.weights
	if f.weights > 0 {
		third := &observation{}
		for i := 2; o != nil && i < len(o.words); i += width {
			third.words = append(third.words, o.words[i])
		}
		if weight = " weight 1..10"; len(third.words) > 0 {
			weight = " weight " + w.roundRange(third)
		}
	}
	if f.kind == formTree {
		return fmt.Sprintf("%s: tree(%s)%s", name, w.amount(f.length), weight)
	}
	simple, connected := true, true
	for i := 0; o != nil && i < len(o.groups); i++ {
		g := o.groups[i]
		s, c := graphTraits(g.words, width, countIn(g.context, f.length))
		simple, connected = simple && s, connected && c
	}
	traits := ""
	if connected {
		traits += " connected"
	}
	if simple {
		traits += " simple"
	} else {
		traits += " loopless"
	}
	return fmt.Sprintf("%s: graph(%s, %s)%s%s", name, w.amount(f.length), w.amount(f.count), traits, weight)
}

func countIn(context *known, a amount) int64 {
	n, _ := context.get(a.field)
	return n + a.more
}

// graphTraits tells whether edges, written in rows, make a simple and a connected
// graph of n vertices.
func graphTraits(words []string, width int, n int64) (simple, connected bool) {
	simple = true
	pairs := map[[2]int]bool{}
	var joined forest
	joined.reset(int(n))
	parts := n
	for k := 0; k+1 < len(words); k += width {
		a, _ := strconv.Atoi(words[k])
		b, _ := strconv.Atoi(words[k+1])
		pair := [2]int{min(a, b), max(a, b)}
		simple = simple && !pairs[pair]
		pairs[pair] = true
		if apart, _ := joined.join(int32(a-1), int32(b-1)); apart {
			parts--
		}
	}
	return simple, parts <= 1
}

func (w *specWriter) queries(f *form, indent string) {
	form := f.columns[0].field
	fmt.Fprintf(&w.text, "%srepeat %s {\n", indent, w.amount(f.count))
	known := w.known
	for i, a := range w.seen.alternatives[form] {
		tag := a.tag
		if !isPlainNumber(tag) {
			tag = quoteText(tag)
		}
		fmt.Fprintf(&w.text, "%s  | %s", indent, tag)
		w.known = known
		for j := range a.arity {
			field := queryField(form, i, j)
			name, typ := w.queryColumn(field, j, a.arity)
			fmt.Fprintf(&w.text, "  %s: %s", name, typ)
			w.known = append(slices.Clip(w.known), field)
		}
		w.text.WriteString("\n")
	}
	w.known = known
	fmt.Fprintf(&w.text, "%s}\n", indent)
}

// queryColumn writes the j-th field of one kind of query.
func (w *specWriter) queryColumn(field, j, arity int) (name, typ string) {
	if j+1 < arity {
		if upper := w.intervalBound(field, field+1); upper != "" {
			return w.name(field, "l", "a", "x"), "int 1.." + upper
		}
	}
	if j > 0 {
		if upper := w.intervalBound(field-1, field); upper != "" {
			return w.name(field, "r", "b", "y"), "int " + w.names[field-1] + ".." + upper
		}
	}
	return w.name(field, columnNames(arity, j)...), w.scalar(field, false, true, w.known)
}

// gridAlphabet writes a grid's characters; letters that occur exactly once in
// every grid are marked.
func (w *specWriter) gridAlphabet(field int) string {
	o := w.seen.fields[field]
	if o == nil {
		return `".#"`
	}
	var once []byte
	var others []string
	for c := byte('!'); c <= '~'; c++ {
		always, size := true, 0
		for _, g := range o.groups {
			all := strings.Join(g.words, "")
			size = max(size, len(all))
			always = always && strings.Count(all, string(c)) == 1
		}
		if always && size >= 6 && isLetter(c) {
			once = append(once, c)
		}
	}
	for _, word := range o.words {
		others = append(others, strings.Map(func(r rune) rune {
			if slices.Contains(once, byte(r)) {
				return -1
			}
			return r
		}, word))
	}
	if len(strings.Join(others, "")) == 0 {
		once, others = nil, o.words
	}
	text := alphabetOf(others, true)
	if len(once) > 0 {
		text += " once " + quoteText(string(once))
	}
	return text
}

// alphabetOf writes the characters of words: the few that occur, or a class.
func alphabetOf(words []string, exact bool) string {
	var seen [256]bool
	var distinct []byte
	total := 0
	for _, word := range words {
		total += len(word)
		for _, c := range []byte(word) {
			if !seen[c] {
				seen[c] = true
				distinct = append(distinct, c)
			}
		}
	}
	slices.Sort(distinct)
	if i := slices.Index(distinct, '.'); i > 0 {
		// The first character is the plainest: a free cell.
		distinct = slices.Insert(slices.Delete(distinct, i, i+1), 0, '.')
	}
	if strings.Trim(string(distinct), "01") == "" && len(distinct) > 0 {
		return `"01"`
	}
	few := len(distinct) <= 4 && total >= 6 || exact && len(distinct) <= 10
	if !few {
		for _, a := range alphabets {
			if strings.Trim(string(distinct), a.characters) == "" {
				return a.name
			}
		}
	}
	return quoteText(string(distinct))
}

// quoteText writes a text or alphabet in quotation marks.
func quoteText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		if c == '"' || c == '\\' || c == '-' {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	b.WriteByte('"')
	return b.String()
}
