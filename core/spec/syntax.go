package spec

// Spec is a parsed spec. It is never changed after Parse, so that any number of
// goroutines may use it at once.
type Spec struct {
	// Name is the file's name, for messages.
	Name   string
	source []byte
	tokens []token
	errors Errors
	body   *block
	// symbols are all names in the order of their declaration.
	symbols []*symbol
	// bound are the names bound by all and any.
	bound []*symbol
	// fields are all fields in the order of their declaration.
	fields []*field
	// totals are all bounds on sums over a repeat (see plan.go).
	totals []*total
	// uniques are all places that compare repetitions.
	uniques []*uniqueness
	unions  int // the number of unions
	depth   int // the deepest block's depth plus one
	locals  int // the most names bound by all and any at once
}

// block is a sequence of statements: the whole spec, a repeat's body or an
// alternative. At run time a pass through it has one record.
type block struct {
	span   Span
	parent *block
	// owner is the statement of parent that holds this block.
	owner statement
	depth int
	stmts []statement
	// slots is the number of values in a record of this block.
	slots int
	names map[string]*symbol
}

// statement is one of *lineStmt, *repeatStmt, *unionStmt, *whereStmt, *letStmt.
type statement interface{ at() Span }

// lineStmt is one line of the input, or several where its only item is a grid, a
// graph or the like.
type lineStmt struct {
	span  Span
	items []item
}

// item is a field or, where field is nil, a fixed text.
type item struct {
	span    Span
	field   *field
	literal string
}

// repeatStmt is a block that is repeated.
type repeatStmt struct {
	span  Span
	count *expr
	// limit is set instead of count where the input does not tell the count.
	limit *rangeExpr
	index *symbol // the counter of "as", or nil
	body  *block
	slot  int
	// next is the fixed text that ends a repetition with a limit; "" where the
	// end of the input does.
	next   string
	totals []*total
	// uniques compare this repeat's repetitions.
	uniques []*uniqueness
	// styled are the fields directly in the body, and choices the unions: their
	// values share a style for the time of one run through the repeat.
	styled  []*field
	choices []*unionStmt
}

// unionStmt is a choice of alternatives, told apart by their first text.
type unionStmt struct {
	span Span
	alts []*alternative
	slot int
	// number is the union's index among all of the spec.
	number int
}

type alternative struct {
	span Span
	tag  string
	body *block
}

// whereStmt is a list of conditions, all of which must hold.
type whereStmt struct {
	span       Span
	conditions []*condition
}

// letStmt names a number.
type letStmt struct {
	span  Span
	name  *symbol
	value *expr
}

func (s *lineStmt) at() Span   { return s.span }
func (s *repeatStmt) at() Span { return s.span }
func (s *unionStmt) at() Span  { return s.span }
func (s *whereStmt) at() Span  { return s.span }
func (s *letStmt) at() Span    { return s.span }

type symbolKind uint8

const (
	symbolField symbolKind = iota
	symbolLet
	symbolIndex // of a repeat
	symbolLocal // of all and any
)

// symbol is a declared name.
type symbol struct {
	name  string
	span  Span
	kind  symbolKind
	block *block
	slot  int
	order int // among all symbols
	stmt  int // index in block.stmts of the declaring statement
	field *field
	value *expr // of a let
	// lo and hi are limits of a number's value that are known without an input.
	lo, hi int64
	uses   []Span
	// sizes says that a length or a count depends on the symbol, so that its
	// value decides how large the input is.
	sizes bool
	// edges says that the symbol is the number of edges of a graph.
	edges bool
}

// field is a named piece of the input.
type field struct {
	*symbol
	typ *typ
	// bounds are conditions that are decided as soon as this scalar is drawn,
	// and from which its range can be narrowed.
	bounds []*condition
	// sums are conditions on the sum of this array.
	sums []*sumBound
	// totals are bounds on sums over the enclosing repeat that this field decides.
	totals []*total
	unique *uniqueness
	number int // index in Spec.fields
}

// rangeExpr is LOW..HIGH; a single value has both alike.
type rangeExpr struct {
	span   Span
	lo, hi *expr
}

// typ is what follows a field's colon.
type typ struct {
	span Span
	word *typeWord
	kind kind
	args []*expr
	dims []*expr
	// length is a string's.
	length *rangeExpr
	// ranges are an int's or float's allowed values, an interval's only range or
	// a point's coordinates.
	ranges []*rangeExpr
	// alphabet lists the characters in the order of preference, member tells
	// which bytes belong to it.
	alphabet []byte
	member   [256]bool
	once     []byte
	plain    []byte // the alphabet without what occurs once
	// digits are the least and greatest number of decimals; values are stored as
	// integers, scaled by the greatest.
	minDigits, digits int
	weights           []*rangeExpr
	base              int64
	hasRoot           bool
	root              int64
	order             ordering
	distinct          bool
	perLine           layout
	connected, simple, loopless, directed, acyclic, strong,
	bipartite, ordered, strict, disjoint, unique bool
	spans map[string]Span // of the modifiers
	// faulty says that the parser gave up within the type.
	faulty bool
}

type ordering uint8

const (
	unordered ordering = iota
	sorted
	increasing
	descending
	decreasing
)

func (o ordering) String() string {
	return [...]string{"unordered", "sorted", "increasing", "descending", "decreasing"}[o]
}

type layout uint8

const (
	layoutUsual layout = iota
	layoutLines
	layoutInline
)

// opcode is an expression's operation.
type opcode uint8

const (
	opNumber opcode = iota
	opText
	opName
	opIndex // args[0] is the array
	opNegate
	opAdd
	opSubtract
	opMultiply
	opDivide
	opModulo
	opPower
	opLess
	opLessEqual
	opGreater
	opGreaterEqual
	opEqual
	opNotEqual
	opAnd
	opOr
	opNot
	opCall
	opMaxEdges // made by the checker: the most edges of field's graph
	opMinEdges // made by the checker: the least edges of field's graph
)

// exprType is an expression's static type.
type exprType uint8

const (
	typeNone exprType = iota // of a faulty expression
	typeNumber
	typeTruth
	typeText
	typeNumbers // array
	typeTexts   // array or grid
	typeOther   // graphs and the like: only len is defined
)

// expr is an expression. Numbers are 64-bit integers; decimals are scaled by
// 10^scale, which is known statically.
type expr struct {
	op    opcode
	span  Span
	args  []*expr
	name  string
	text  string
	num   int64
	scale int
	typ   exprType
	sym   *symbol
	// chain is, for an aggregate over inner blocks, the way down from the block
	// of the expression.
	chain []hop
	bound *rangeExpr // the range of all and any
	field *field     // the graph of opMaxEdges and opMinEdges
}

// hop is one step into an inner block.
type hop struct {
	slot int
	// alt is the alternative's index in a union, or -1 for a repeat.
	alt  int
	body *block
}

// condition is one condition that can be blamed on its own.
type condition struct {
	expr  *expr
	block *block
	// text is how the condition reads.
	text string
	// implied says that the condition was not written but follows from a type:
	// a range that must not be empty, or a graph's possible number of edges.
	implied bool
	// monotone says that the condition bounds last in one or two directions.
	monotone bool
	// last is the last declared symbol the condition depends on, with which it is
	// decided.
	last *symbol
	// symbols are all it mentions, within the block or around it.
	symbols []*symbol
	// inner are the statements of block that hold further names it mentions.
	inner []int
}

// uniqueness is a promise that values differ between a repeat's repetitions.
type uniqueness struct {
	repeat *repeatStmt
	fields []*field
	text   string
	number int // index in Spec.uniques
}

// total is a bound on the sum of an expression over a repeat's repetitions:
// least <= sum(term) <= most.
type total struct {
	condition   *condition
	repeat      *repeatStmt
	term        *expr
	least, most *expr // nil where there is no bound
	field       *field
	number      int // index in Spec.totals
}

// sumBound is a bound on the sum of one array: least <= sum <= most.
type sumBound struct {
	condition   *condition
	least, most *expr
}
