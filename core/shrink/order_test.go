package shrink

import "testing"

func TestSmaller(t *testing.T) {
	t.Parallel()
	// Each input is smaller than the next.
	ascending := []string{
		"",
		"a\n",
		"1",
		"1\n",
		"2\n",
		"-1\n",
		"10\n",
		"1 1\n",
		"1  1\n",
		"1 2\n",
		"2 1\n",
		"1 3\n",
		"3 1\n",
		"9 1\n",
		"1 -1\n",
		"99999999999999999998 1\n",
		"99999999999999999999 1\n",
		"1 1 1\n",
		"1 1 1 1\n",
	}
	for i, a := range ascending {
		for j, b := range ascending {
			if got, want := Smaller([]byte(a), []byte(b)), i < j; got != want {
				t.Errorf("Smaller(%q, %q) = %v, want %v", a, b, got, want)
			}
		}
	}
}

func FuzzSmallerIsAnOrder(f *testing.F) {
	f.Add([]byte("1 2\n"), []byte("2 1\n"), []byte("-3"))
	f.Add([]byte("184467440737095516150 1"), []byte("1 184467440737095516149"), []byte("a b"))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		if Smaller(a, a) {
			t.Fatal("an input is smaller than itself")
		}
		if Smaller(a, b) && Smaller(b, a) {
			t.Fatal("two inputs are smaller than each other")
		}
		if string(a) != string(b) && !Smaller(a, b) && !Smaller(b, a) {
			t.Fatal("two different inputs are equal")
		}
		if Smaller(a, b) && Smaller(b, c) && !Smaller(a, c) {
			t.Fatal("the order is not transitive")
		}
	})
}
