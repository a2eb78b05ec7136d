package engine

import "testing"

func TestExceptionsAreRecognisedByTheirTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, stderr, want string }{
		{"Python", "Traceback (most recent call last):\n  File \"sol.py\", line 3, in <module>\n    print(a[n])\nIndexError: list index out of range\n", "IndexError"},
		{"Python, while another was handled", "ValueError: a\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\nZeroDivisionError: division by zero\n", "ZeroDivisionError"},
		{"Python, in a module", "json.decoder.JSONDecodeError: Expecting value\n", "json.decoder.JSONDecodeError"},
		{"Java", "Exception in thread \"main\" java.lang.ArrayIndexOutOfBoundsException: Index 5 out of bounds for length 5\n\tat Sol.main(Sol.java:9)\n", "java.lang.ArrayIndexOutOfBoundsException"},
		{"C++", "terminate called after throwing an instance of 'std::out_of_range'\n  what():  vector::_M_range_check\n", "std::out_of_range"},
		{"a program's own words", "debug: an Error occurred in step 3\n", ""},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := exceptionIn([]byte(c.stderr)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
