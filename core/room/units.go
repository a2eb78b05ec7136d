package room

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time as people write it: "2s", "500ms", "1m30s", or a
// number of seconds such as 2 or 0.5.
type Duration time.Duration

// Size is a number of bytes as people write it: "256M", "1G", "64MiB", "512KB",
// or a plain number of bytes. Units are powers of 1024, as judges count.
type Size int64

// ParseDuration reads a Duration. It is never negative.
func ParseDuration(s string) (Duration, error) {
	text := strings.TrimSpace(s)
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && plainNumber(text) {
		if seconds < 0 || seconds > float64(math.MaxInt64)/float64(time.Second)/2 {
			return 0, badDuration(s)
		}
		return Duration(math.Round(seconds * float64(time.Second))), nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, badDuration(s)
	}
	return Duration(d), nil
}

func badDuration(s string) error {
	return fmt.Errorf("%q is not a duration: write 2s, 500ms, 1m30s, or a number of seconds", s)
}

// plainNumber rejects what ParseFloat takes and people do not write: "inf",
// "0x1p3", "1_000".
func plainNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789.+-") == ""
}

// ParseSize reads a Size. It is never negative.
func ParseSize(s string) (Size, error) {
	text := strings.TrimSpace(s)
	digits := strings.TrimRight(text, "BbIiKkMmGgTt ")
	shift, ok := sizeUnit(strings.TrimSpace(text[len(digits):]))
	if !ok || !plainNumber(digits) {
		return 0, badSize(s)
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || n < 0 || n*math.Ldexp(1, shift) > math.MaxInt64/2 {
		return 0, badSize(s)
	}
	return Size(math.Round(math.Ldexp(n, shift))), nil
}

func badSize(s string) error {
	return fmt.Errorf("%q is not a size: write 256M, 1G, 64MiB, or a number of bytes", s)
}

func sizeUnit(s string) (shift int, ok bool) {
	switch strings.ToLower(s) {
	case "", "b":
		return 0, true
	case "k", "kb", "kib":
		return 10, true
	case "m", "mb", "mib":
		return 20, true
	case "g", "gb", "gib":
		return 30, true
	case "t", "tb", "tib":
		return 40, true
	}
	return 0, false
}

func (d Duration) String() string { return time.Duration(d).String() }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalJSON takes a string or a number of seconds.
func (d *Duration) UnmarshalJSON(data []byte) error { return unmarshalUnit(data, d.UnmarshalText) }

// String is the shortest exact form: "256M", "1500K", "100".
func (s Size) String() string {
	units := []string{"", "K", "M", "G", "T"}
	n, unit := int64(s), 0
	for n != 0 && n%1024 == 0 && unit < len(units)-1 {
		n, unit = n/1024, unit+1
	}
	return strconv.FormatInt(n, 10) + units[unit]
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Size) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSize(string(text))
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalJSON takes a string or a number of bytes.
func (s *Size) UnmarshalJSON(data []byte) error { return unmarshalUnit(data, s.UnmarshalText) }

func unmarshalUnit(data []byte, read func([]byte) error) error {
	var text string
	if err := json.Unmarshal(data, &text); err == nil {
		return read([]byte(text))
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return fmt.Errorf("%s is neither a number nor a string", data)
	}
	return read([]byte(n))
}
