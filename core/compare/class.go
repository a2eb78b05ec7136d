package compare

import "stresstester/core/problem"

// Kind is in what way a token is wrong.
type Kind uint8

// The kinds.
const (
	// Same is said of outputs that do not differ, and Spacing of those that differ in
	// white space only.
	Same Kind = iota
	Spacing
	// Missing is said of an output that ends too early, Surplus of one that goes on.
	Missing
	Surplus
	// Number is another number than the right one, of the same form; Form is an integer
	// for a float or the other way round, such as 1e+06 for 1000000.
	Number
	Form
	// NotNumber is a word, or nan or inf, for a number, and NotWord a number for a word.
	NotNumber
	NotWord
	// Word is another word than the right one.
	Word
)

// Class is of what kind the difference of two outputs is. Two inputs on which a program
// errs in different classes probably show different mistakes.
type Class struct {
	// First is the kind of the first wrong token.
	First Kind
	// Amount tells whether the actual output has fewer tokens than the expected one (-1),
	// as many (0), or more (1).
	Amount int
}

// ClassOf is the class of the outputs' difference under c.
func ClassOf(c problem.Comparison, expected, actual []byte) Class {
	if Equal(c, expected, actual) {
		return Class{}
	}
	e, a, differ := tokenRule(c).differingTokens(expected, actual)
	if !differ {
		return Class{First: Spacing}
	}
	return Class{First: kindOf(expected[e:skipToken(expected, e)], actual[a:skipToken(actual, a)]),
		Amount: sign(countTokens(actual[a:]) - countTokens(expected[e:]))}
}

// Alike reports whether both may show the same mistake. A list that lacks an element
// errs in another kind depending on which one that is, but is always too short.
func (c Class) Alike(d Class) bool {
	return c.First == d.First || (c.Amount != 0 && c.Amount == d.Amount)
}

func kindOf(expected, actual []byte) Kind {
	e, a := formOf(unsigned(expected)), formOf(unsigned(actual))
	switch {
	case len(actual) == 0:
		return Missing
	case len(expected) == 0:
		return Surplus
	case e == word && a == word:
		return Word
	case e == word:
		return NotWord
	case a == word:
		return NotNumber
	case e != a:
		return Form
	}
	return Number
}

// unsigned is the token without the sign that it may begin with.
func unsigned(token []byte) []byte {
	if len(token) > 0 && (token[0] == '-' || token[0] == '+') {
		return token[1:]
	}
	return token
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
