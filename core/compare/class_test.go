package compare_test

import (
	"testing"

	"stresstester/core/compare"
	"stresstester/core/problem"
)

func TestClassesOfDifferences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, expected, actual string
		want                   compare.Class
	}{
		{"the same", "1 2\n", "1 2\n", compare.Class{}},
		{"another number", "1 2\n", "1 3\n", compare.Class{First: compare.Number}},
		{"a negative number", "5\n", "-5\n", compare.Class{First: compare.Number}},
		{"a number of another form", "1000000\n", "1e+06\n", compare.Class{First: compare.Form}},
		{"no number", "0.5\n", "nan\n", compare.Class{First: compare.NotNumber}},
		{"a word for a number", "7\n", "YES\n", compare.Class{First: compare.NotNumber}},
		{"a number for a word", "YES\n", "7\n", compare.Class{First: compare.NotWord}},
		{"another word", "YES\n", "NO\n", compare.Class{First: compare.Word}},
		{"a missing token", "1 2\n", "1\n", compare.Class{First: compare.Missing, Amount: -1}},
		{"nothing at all", "1\n", "", compare.Class{First: compare.Missing, Amount: -1}},
		{"a token too many", "1\n", "1 2\n", compare.Class{First: compare.Surplus, Amount: 1}},
		{"a list that lacks its second number", "1 2 3\n", "1 3\n", compare.Class{First: compare.Number, Amount: -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := compare.ClassOf(problem.Comparison{}, []byte(c.expected), []byte(c.actual)); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
	if got := compare.ClassOf(problem.Comparison{Mode: problem.CompareExact}, []byte("1 2\n"), []byte("1  2\n")); got.First != compare.Spacing {
		t.Errorf("white space: %+v", got)
	}
}

func TestListsThatLackAnElementAreAlike(t *testing.T) {
	t.Parallel()
	first := compare.Class{First: compare.Number, Amount: -1}
	if !first.Alike(compare.Class{First: compare.Missing, Amount: -1}) {
		t.Error("both are too short")
	}
	if (compare.Class{First: compare.Number}).Alike(compare.Class{First: compare.NotNumber}) {
		t.Error("a wrong number is not a word")
	}
}
