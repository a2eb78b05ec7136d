package web

import "testing"

func TestNumbersAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1_002_030: "1,002,030", -12345: "-12,345"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 1023: "1023 bytes", 1024: "1 KiB", 1536: "1.5 KiB", 1<<20 - 1: "1 MiB", 2 << 30: "2 GiB", 5 << 50: "5120 TiB"} {
		if got := size(n); got != want {
			t.Errorf("%d bytes are written %s, want %s", n, got, want)
		}
	}
}
