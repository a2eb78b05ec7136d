package api

import "github.com/google/uuid"

// NewID makes a UUID of version 7, which begins with the time: IDs made later sort
// later, and those of one process never sort the other way round. Clients make the IDs
// of what they add (rooms, conflicts, runs, counterexamples) themselves, which makes
// adding idempotent.
//
// It fails only where the system has no randomness, and then by a panic.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

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
