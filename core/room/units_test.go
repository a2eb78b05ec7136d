package room_test

import (
	"encoding/json"
	"testing"
	"time"

	"stresstester/core/room"
)

func TestDurations(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"2s": 2 * time.Second, "500ms": 500 * time.Millisecond, "2": 2 * time.Second, "0.5": 500 * time.Millisecond,
		"1m30s": 90 * time.Second, "0": 0, ".25": 250 * time.Millisecond,
	} {
		if got, err := room.ParseDuration(text); err != nil || time.Duration(got) != want {
			t.Errorf("%q is %v, %v; want %v", text, time.Duration(got), err, want)
		}
	}
	if got, err := room.ParseDuration(" 3s "); err != nil || time.Duration(got) != 3*time.Second {
		t.Errorf("spaces around it: %v, %v", time.Duration(got), err)
	}
	for _, text := range []string{"", "soon", "-1", "-1s", "1e3", "inf", "NaN", "0x10", "1_000", "2 s", "s", "1e400", "99999999999999999999"} {
		if got, err := room.ParseDuration(text); err == nil {
			t.Errorf("%q is taken as %v", text, time.Duration(got))
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"256M": 256 << 20, "1G": 1 << 30, "64MiB": 64 << 20, "512KB": 512 << 10, "1.5g": 3 << 29, "100": 100, "7b": 7,
		"256 MB": 256 << 20, "0": 0, "1T": 1 << 40,
	} {
		if got, err := room.ParseSize(text); err != nil || int64(got) != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "M", "-1M", "1e3", "1X", "1MM", "1MiBB", "inf", "99999999999T", "1 2"} {
		if got, err := room.ParseSize(text); err == nil {
			t.Errorf("%q is taken as %d", text, got)
		}
	}
}

func TestUnitsInJSONAreStringsOrNumbers(t *testing.T) {
	t.Parallel()
	var s room.Settings
	err := json.Unmarshal([]byte(`{"time_limit": 1.5, "time": "2m", "memory_limit": "64M", "output_limit": 1024, "tests": 500, "seed": 18446744073709551615}`), &s)
	if err != nil {
		t.Fatal(err)
	}
	if time.Duration(*s.TimeLimit) != 1500*time.Millisecond || time.Duration(*s.Time) != 2*time.Minute ||
		*s.MemoryLimit != 64<<20 || *s.OutputLimit != 1024 || *s.Tests != 500 || *s.Seed != 18446744073709551615 {
		t.Errorf("read as %+v", s)
	}
	if err := json.Unmarshal([]byte(`{"time_limit": true}`), &s); err == nil {
		t.Error("true is taken as a duration")
	}
}

func FuzzUnitsThatAreReadCanBeWrittenAndReadAgain(f *testing.F) {
	for _, seed := range []string{"2s", "1.5", "256M", "64MiB", "0", "1h1m1.5s", "1e9", "-0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := room.ParseDuration(text); err == nil {
			if again, err := room.ParseDuration(d.String()); err != nil || again != d || d < 0 {
				t.Errorf("duration %q: %v is read again as %v, %v", text, d, again, err)
			}
		}
		if n, err := room.ParseSize(text); err == nil {
			if again, err := room.ParseSize(n.String()); err != nil || again != n || n < 0 {
				t.Errorf("size %q: %v is read again as %v, %v", text, n, again, err)
			}
		}
	})
}
