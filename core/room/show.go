package room

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ShowName writes a file's name so that it stays on one line and every byte of it
// can be seen; an ordinary name is left as it is.
func ShowName(name string) string {
	odd := func(c rune) bool { return !unicode.IsPrint(c) || c == '"' || c == '\'' || c == ' ' }
	if name != "" && utf8.ValidString(name) && strings.IndexFunc(name, odd) < 0 {
		return name
	}
	return strconv.Quote(name)
}

func showAll(names []string, last string) string {
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = ShowName(name)
	}
	if len(shown) < 2 {
		return strings.Join(shown, "")
	}
	return strings.Join(shown[:len(shown)-1], ", ") + last + shown[len(shown)-1]
}

// plain is the error without the operation and path that the message names
// already.
func plain(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}

// nearest finds the name that was most likely meant.
func nearest(name string, among []string) (string, bool) {
	best, at := "", len(name)/3+1
	for _, other := range among {
		if d := editDistance(strings.ToLower(name), strings.ToLower(other)); d < at || d == at && best != "" && other < best {
			best, at = other, d
		}
	}
	return best, best != ""
}

// editDistance counts the bytes to insert, delete or replace.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
