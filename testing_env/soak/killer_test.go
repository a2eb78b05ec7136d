package soak

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"stresstester/testing_env/arena"
)

//go:embed killer.py
var killerSource string

// never is a pause that does not end.
const never = 24 * time.Hour

// killer kills processes of a sandbox, from inside and as root.
type killer struct {
	in  io.WriteCloser
	out *bufio.Reader
}

func newKiller(t *testing.T, container string) *killer {
	t.Helper()
	in, out := arena.Inside(t, container, killerSource)
	return &killer{in, out}
}

// wait sets the time between two kills.
func (k *killer) wait(t *testing.T, pause time.Duration) {
	t.Helper()
	if pause == 0 {
		pause = never
	}
	if _, err := fmt.Fprintln(k.in, pause.Milliseconds()); err != nil {
		t.Fatalf("the killer is gone: %v", err)
	}
}

// end stops the killer and tells how many it killed.
func (k *killer) end(t *testing.T) int {
	t.Helper()
	if _, err := fmt.Fprintln(k.in, 0); err != nil {
		t.Fatalf("the killer is gone: %v", err)
	}
	line, err := k.out.ReadString('\n')
	n, parse := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || parse != nil {
		t.Fatalf("the killer says %q: %v", line, err)
	}
	return n
}
