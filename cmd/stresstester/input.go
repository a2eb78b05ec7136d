package main

import (
	"errors"
	"fmt"
	"io"

	"stresstester/core/room"
)

// readInput reads a test's input from a file, or from standard input for "-". It
// may be empty, and need not be a text.
func readInput(file string, stdin io.Reader) ([]byte, error) {
	text, err := readFile(file, stdin)
	var large *room.TooLargeError
	if errors.As(err, &large) {
		return nil, fmt.Errorf("the input %s is too large: %w", room.ShowName(file), err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the input: %w", err)
	}
	return text, nil
}

func readFile(file string, stdin io.Reader) ([]byte, error) {
	if file != "-" {
		return room.Disk{}.ReadFile(file)
	}
	text, err := io.ReadAll(io.LimitReader(stdin, room.MaxFile+1))
	if err == nil && len(text) > room.MaxFile {
		err = &room.TooLargeError{Size: int64(len(text)), Limit: room.MaxFile}
	}
	return text, err
}
