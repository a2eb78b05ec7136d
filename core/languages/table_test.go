package languages

import (
	"testing"

	testingenv "stresstester/testing_env"
)

func TestTheEmbeddedTableParses(t *testing.T) {
	t.Parallel()
	if _, err := Parse(testingenv.LanguagesTOML); err != nil {
		t.Fatal(err)
	}
	if len(Default().All()) == 0 {
		t.Fatal("the default table is empty")
	}
}
