package shrink

import "context"

// Text shrinks an input of unknown format that is known to fail.
func Text(ctx context.Context, input []byte, oracle Oracle, o Options) Result {
	t := newTexter(ctx, input, oracle, o)
	claims := t.shrink()
	return t.Result(claims...)
}

// texter is a search through texts of one form.
type texter struct {
	*Search
	form *form
	// read is Best as a document.
	read    *document
	readOf  []byte
	ignored bool
}

func newTexter(ctx context.Context, input []byte, oracle Oracle, o Options) *texter {
	t := &texter{}
	pages := make([]*page, len(o.Samples))
	for i, s := range o.Samples {
		pages[i] = readPage(s)
	}
	t.form = learnForm(readPage(input), pages)
	valid := o.Valid
	o.Valid = func(text []byte) bool {
		if valid != nil {
			_, ok := t.form.schema.read(readPage(text))
			return ok && valid(text)
		}
		return t.form.accepts(text)
	}
	t.Search = NewSearch(ctx, input, oracle, o)
	return t
}

// doc is Best, read.
func (t *texter) doc() *document {
	if best := t.Best(); t.read == nil || &best[0] != &t.readOf[0] {
		d, ok := t.form.schema.read(readPage(best))
		if !ok {
			d = &document{page: readPage(best), schema: t.form.schema}
		}
		t.read, t.readOf = d, best
	}
	return t.read
}

// pass is one way to make inputs smaller.
type pass struct {
	run func(*texter)
	// claim is what holds when the pass finds nothing.
	claim string
}

// stages are the passes from the cheap and strong to the dear and weak. A stage
// is entered when those before it find nothing, and left for the first one as
// soon as it found something.
func stages() [][]pass {
	return [][]pass{
		{
			{(*texter).cases, ""},
			{(*texter).elements, "no single counted element, line or letter can be deleted"},
			{(*texter).brackets, ""},
			{(*texter).vertices, ""},
			{(*texter).parents, ""},
			{(*texter).least, ""},
			{(*texter).ranks, ""},
			{(*texter).letters, ""},
		},
		{
			{(*texter).scale, ""},
			{(*texter).blocks, ""},
			{(*texter).equals, ""},
			{(*texter).singles, "no single number can be lowered to its least value or by one"},
		},
		{
			{(*texter).together, ""},
			{(*texter).twos, ""},
			{(*texter).pump, ""},
			{(*texter).merge, ""},
			{(*texter).series, ""},
			{(*texter).transfer, ""},
			{(*texter).order, ""},
		},
	}
}

func (t *texter) shrink() []string {
	if len(t.Best()) == 0 {
		return nil
	}
	all := stages()
	for i := 0; i < len(all) && !t.Over(); {
		before := t.Best()
		t.run(all[i])
		if same(before, t.Best()) {
			i++
		} else {
			i = 0
		}
	}
	var claims []string
	for _, stage := range all {
		for _, p := range stage {
			if p.claim != "" {
				claims = append(claims, p.claim)
			}
		}
	}
	return claims
}

func (t *texter) run(passes []pass) {
	for _, p := range passes {
		if t.Over() {
			return
		}
		p.run(t)
	}
}

func same(a, b []byte) bool { return &a[0] == &b[0] }
