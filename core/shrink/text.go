package shrink

import (
	"context"
	"slices"
	"strings"
)

// Text shrinks an input of unknown format that is known to fail.
//
// It infers the format first: which number counts what, what is repeated, which
// lines are edges, ranges or test cases, what holds of every list and word (see
// infer.go and form.go). Candidates keep the format, so that a program that
// misreads what is not valid cannot mislead the search. With Options.Valid the
// traits that were merely observed are not insisted on; Valid knows better.
//
// Where no format is recognised, lines and tokens are deleted with nothing but the
// oracle as a guard.
func Text(ctx context.Context, input []byte, oracle Oracle, o Options) Result {
	if len(input) > largestText {
		return Result{Input: input, Proved: "The input is too large to be made smaller."}
	}
	t := newTexter(ctx, input, oracle, o)
	t.shrink()
	return t.Result(t.claims()...)
}

// largestText is the size up to which texts are taken apart: a page keeps places
// in 32 bits.
const largestText = 1 << 30

// texter is a search through texts of one form.
type texter struct {
	*Search
	form *form
	// read is Best as a document.
	read *document
}

func newTexter(ctx context.Context, input []byte, oracle Oracle, o Options) *texter {
	t := &texter{}
	var pages []*page
	for _, s := range o.Samples {
		if p := readPage(s); len(s) <= largestText && len(p.tokens) > 0 {
			pages = append(pages, p)
		}
	}
	t.form = learnForm(readPage(input), pages)
	valid := o.Valid
	o.Valid = func(text []byte) bool {
		if valid == nil {
			return t.form.accepts(text)
		}
		_, ok := t.form.schema.read(readPage(text))
		return ok && valid(text)
	}
	t.Search = NewSearch(ctx, input, oracle, o)
	return t
}

// doc is Best, read. Every candidate follows the schema, so Best does.
func (t *texter) doc() *document {
	if best := t.Best(); t.read == nil || !same(best, t.read.text) {
		d, ok := t.form.schema.read(readPage(best))
		if !ok {
			d = &document{page: &page{text: best}, schema: t.form.schema}
		}
		t.read = d
	}
	return t.read
}

// same reports whether two texts are one and the same, not just equal.
func same(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// stages are the passes from the cheap and strong to the dear and weak. A stage
// is entered when those before it find nothing more, and left for the first one
// as soon as it found something.
func stages() [][]func(*texter) {
	return [][]func(*texter){
		{
			(*texter).cases, (*texter).elements, (*texter).brackets, (*texter).vertices, (*texter).parents,
			(*texter).plainLines, (*texter).plainTokens,
			(*texter).least, (*texter).ranks, (*texter).letters,
		},
		{(*texter).scale, (*texter).blocks, (*texter).equals, (*texter).singles, (*texter).decimals, (*texter).digits, (*texter).rename},
		{(*texter).together, (*texter).twos, (*texter).pump, (*texter).merge, (*texter).series, (*texter).transfer, (*texter).inStep, (*texter).order},
	}
}

func (t *texter) shrink() {
	all := stages()
	for i := 0; i < len(all) && !t.Over(); {
		before := t.Best()
		for _, pass := range all[i] {
			if t.Over() {
				return
			}
			pass(t)
		}
		if i++; !same(before, t.Best()) {
			i = 0
		}
	}
}

// claims are what holds when every pass has gone over Best and found nothing.
func (t *texter) claims() []string {
	d := t.doc()
	var things, claims []string
	add := func(is bool, name string) {
		if is && !slices.Contains(things, name) {
			things = append(things, name)
		}
	}
	for _, x := range d.dims {
		graph := t.form.isGraph(d, x) || t.form.hasParents(d, x)
		add(graph, "vertex")
		add(!graph && x.hasCases(), "test case")
		for _, a := range x.axes {
			add(!graph && !x.hasCases() && a.kind == lineAxis, "line")
			add(a.kind == tokenAxis, "element")
			add(a.kind == letterAxis, "letter")
		}
	}
	add(t.form.opaque(), "line")
	add(t.form.opaque(), "token")
	if len(things) > 0 {
		claims = append(claims, "no single "+alternatives(things)+" can be deleted")
	}
	if slices.ContainsFunc(t.form.numbers(d), func(tokens []int) bool { return len(tokens) > 0 }) {
		claims = append(claims, "no single number can be lowered to its least value or by one")
	}
	if len(claims) > 0 && !t.form.opaque() {
		claims[0] = "in the format that was recognised, " + claims[0]
	}
	if len(claims) > 0 {
		claims[0] = strings.ToUpper(claims[0][:1]) + claims[0][1:]
	}
	return claims
}

// alternatives is "a, b or c".
func alternatives(names []string) string {
	if n := len(names) - 1; n > 0 {
		return strings.Join(names[:n], ", ") + " or " + names[n]
	}
	return names[0]
}
