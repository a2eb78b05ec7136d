package docker

import (
	"errors"
	"strings"
	"testing"

	"stresstester/core/sandbox"
)

// wantUnavailable checks that an error is one for people, with a remedy, that
// contains the text.
func wantUnavailable(t *testing.T, err error, text string) {
	t.Helper()
	var u *sandbox.UnavailableError
	if !errors.Is(err, sandbox.ErrUnavailable) || !errors.As(err, &u) || u.Remedy == "" {
		t.Fatalf("the error is not for people: %v", err)
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("error %q does not contain %q", err, text)
	}
}
