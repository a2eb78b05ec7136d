package api

import (
	"crypto/rand"
	"encoding/hex"
	"time"
)

// NewID makes a UUID of version 7: 48 bits of time and 74 random ones, so that
// IDs made later sort later. Clients make the IDs of what they add (rooms,
// conflicts, runs, counterexamples) themselves, which makes adding idempotent.
func NewID() string { return newID(time.Now()) }

func newID(now time.Time) string {
	var b [16]byte
	// Read never fails; it ends the program when the system has no randomness.
	_, _ = rand.Read(b[6:])
	ms := now.UnixMilli()
	for i := range 6 {
		b[i] = byte(ms >> (8 * (5 - i)))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return formatID(b)
}

func formatID(b [16]byte) string {
	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	s[8] = '-'
	hex.Encode(s[9:13], b[4:6])
	s[13] = '-'
	hex.Encode(s[14:18], b[6:8])
	s[18] = '-'
	hex.Encode(s[19:23], b[8:10])
	s[23] = '-'
	hex.Encode(s[24:36], b[10:16])
	return string(s[:])
}

// ValidID reports whether s is a UUID in its lower-case form with dashes, the
// only one the API writes or takes.
func ValidID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
				return false
			}
		}
	}
	return true
}
