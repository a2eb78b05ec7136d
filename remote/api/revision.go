package api

import (
	"fmt"
	"strconv"
	"strings"
)

// Revision counts the changes of a room. 0 is before the first: the revision of
// what has never existed.
type Revision int64

// ETag is the revision as it stands in the headers ETag, If-Match and
// If-None-Match: a strong entity tag, "17" with its quotes.
func (r Revision) ETag() string { return `"` + strconv.FormatInt(int64(r), 10) + `"` }

// ParseETag reads what ETag wrote. A weak tag (W/"17"), which a proxy that
// compresses may have made of it, is read as well: a revision names its bytes.
func ParseETag(s string) (Revision, error) {
	text := strings.TrimPrefix(strings.TrimSpace(s), "W/")
	inner, ok := strings.CutPrefix(text, `"`)
	if ok {
		inner, ok = strings.CutSuffix(inner, `"`)
	}
	n, err := strconv.ParseInt(inner, 10, 64)
	if !ok || err != nil || n < 0 || Revision(n).ETag() != text {
		return 0, fmt.Errorf("%q is not a revision; it looks like %s", s, Revision(17).ETag())
	}
	return Revision(n), nil
}

// IdempotencyKey names one write of one device.
type IdempotencyKey struct {
	// Device is the client's own name for the device: 1 to 64 characters of
	// A-Z a-z 0-9 . _ and -. Keys of different users never meet.
	Device string
	// N is never used for another request of that device.
	N int64
}

const maxDevice = 64

// String is the key as it stands in the header.
func (k IdempotencyKey) String() string { return k.Device + ":" + strconv.FormatInt(k.N, 10) }

// ParseIdempotencyKey reads what String wrote.
func ParseIdempotencyKey(s string) (IdempotencyKey, error) {
	device, number, ok := strings.Cut(s, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	k := IdempotencyKey{device, n}
	if !ok || err != nil || n < 0 || !validDevice(device) || k.String() != s {
		return IdempotencyKey{}, fmt.Errorf("%q is not an idempotency key; it looks like laptop-7f3a:42", s)
	}
	return k, nil
}

func validDevice(s string) bool {
	if s == "" || len(s) > maxDevice {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}
