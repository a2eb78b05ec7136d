package lab

import (
	"os"
	"path/filepath"
	"testing"

	"stresstester/testing_env/driver/process"
)

func TestMemoryIsShort(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for name, test := range map[string]struct {
		limit, used int64
		want        bool
	}{
		"not while most of it is left":          {4096 * mib, 1000 * mib, false},
		"when a sixteenth of it is left":        {4096 * mib, 3841 * mib, true},
		"when little of a small one is left":    {512 * mib, 449 * mib, true},
		"not while more of a small one is left": {512 * mib, 447 * mib, false},
		"never where there is no limit":         {0, 1 << 40, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			counted := pressure{limit: test.limit, count: func() int64 { return test.used }}
			if got := counted.short(); got != test.want {
				t.Errorf("short is %v where the driver counts", got)
			}
			if counted.mayHaveKilled() {
				t.Error("it tells of a kernel's kill where nothing tells it")
			}
		})
	}
}

func TestPressureOfAControlGroup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	p := pressure{limit: 1 << 30, usage: write("usage", "1060000000\n"), stat: write("stat", "inactive_file 0\n"),
		kills: write("kills", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n")}
	if !p.short() {
		t.Error("it is not short of memory although nearly all is used")
	}
	write("stat", "rss 5\ninactive_file 100000000\nactive_file 200000000\n")
	if p.short() {
		t.Error("copies of files are taken for used memory")
	}
	if p.mayHaveKilled() {
		t.Error("a kill that was never there was found")
	}
	write("kills", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
	if !p.mayHaveKilled() {
		t.Error("a kill was not found")
	}
}

func TestUsedMemoryCountsTheDriverAtLeast(t *testing.T) {
	t.Parallel()
	h := &House{places: Places{Work: t.TempDir(), Programs: t.TempDir()}, census: process.NewCensus()}
	if used := h.usedMemory(); used < 1<<20 {
		t.Errorf("a process with a Go runtime uses %d bytes", used)
	}
}
