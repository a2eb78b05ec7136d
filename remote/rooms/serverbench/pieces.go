package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"stresstester/remote/auth"
	"stresstester/remote/merge"
)

const password = "correct horse battery staple"

// signIn makes a browser's sign-in with a password, answered by a redirect and a session.
func signIn(u user) func(*conn) error {
	form := url.Values{"name": {u.name}, "password": {password}}.Encode()
	r := []byte("POST /sign-in HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + strconv.Itoa(len(form)) + "\r\n\r\n" + form)
	return func(c *conn) error {
		status, body, err := c.do(r)
		if err == nil && status != http.StatusSeeOther {
			err = fmt.Errorf("signing in is answered with %d: %.200s", status, body)
		}
		return err
	}
}

// hashing is how long one password takes, the median of some.
func hashing(ctx context.Context) (time.Duration, error) {
	h := auth.NewHasher(0)
	var times []time.Duration
	for range 21 {
		at := time.Now()
		if _, err := h.Hash(ctx, password); err != nil {
			return 0, err
		}
		times = append(times, time.Since(at))
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// merging measures merging a program of some lines that was changed on both sides at a hundredth of them, and
// git's at the same, as a process, which is how a program without a library merges.
func merging(ctx context.Context, lines int) (string, error) {
	program := func(every, from int, what string) []byte {
		var b bytes.Buffer
		for i := range lines {
			if every > 0 && i%every == from {
				fmt.Fprintf(&b, "    %s[%d] += value;\n", what, i)
			} else {
				fmt.Fprintf(&b, "    total[%d] = read();\n", i%97)
			}
		}
		return b.Bytes()
	}
	every := max(lines/100, 40)
	base, mine, theirs := program(0, 0, ""), program(every, 5, "mine"), program(every, every/2, "theirs")
	if r := merge.Texts(base, mine, theirs); !r.Clean() || bytes.Count(r.Text(), []byte("mine")) == 0 || bytes.Count(r.Text(), []byte("theirs")) == 0 {
		return "", errors.New("the merge that is measured is not what it should be")
	}
	n, begin := 0, time.Now()
	for ; time.Since(begin) < time.Second; n++ {
		merge.Texts(base, mine, theirs)
	}
	ours := time.Since(begin) / time.Duration(n)
	dir, err := os.MkdirTemp("", "stresstester-bench-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string][]byte{"base": base, "mine": mine, "theirs": theirs} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return "", err
		}
	}
	n, begin = 0, time.Now()
	for ; time.Since(begin) < time.Second; n++ {
		cmd := exec.CommandContext(ctx, "git", "merge-file", "-p", "mine", "base", "theirs")
		cmd.Dir = dir
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("git merge-file: %w", err)
		}
	}
	git := time.Since(begin) / time.Duration(n)
	return fmt.Sprintf("| merging a program of %.0f KiB, changed in %d places on either side | %.2f ms, %.0f MB/s of base | `git merge-file`, a process: %.1f ms |\n",
		float64(len(base))/1024, bytes.Count(mine, []byte("mine")), ms(ours), float64(len(base))/1e6/ours.Seconds(), ms(git)), nil
}

// pieces measures what is done by one processor, without much of a server.
func (b *bench) pieces(ctx context.Context, each time.Duration) (string, error) {
	var out strings.Builder
	out.WriteString("\n| what | takes | for comparison |\n| --- | --- | --- |\n")
	hash, err := hashing(ctx)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&out, "| hashing a password (argon2id, 2 passes, 19 MiB) | %.1f ms | |\n", ms(hash))
	r, err := b.load(4, each/2, signIn)
	if err != nil {
		return "", fmt.Errorf("signing in: %w", err)
	}
	fmt.Fprintf(&out, "| signing in with a password, 4 browsers at a time at two processes | %.0f a second; median %.0f ms, 99 %% %.0f ms | |\n", r.rate, ms(r.at(0.5)), ms(r.at(0.99)))
	for _, lines := range []int{350, 11000} {
		line, err := merging(ctx, lines)
		if err != nil {
			return "", err
		}
		out.WriteString(line)
	}
	return out.String(), nil
}
