package docker

import (
	"bytes"
	"strings"

	"go.uber.org/zap"
)

// Bounds on what a driver may say, which is not to be trusted with the host's
// memory or disk.
const (
	longestLine = 2 << 10 // bytes; the rest of a line is dropped
	mostLines   = 10_000  // in a container's life; more are dropped
	tailLines   = 6       // kept for error messages
)

// driverLog passes the lines of a driver's standard error on to the log and keeps
// the last ones.
type driverLog struct {
	log   *zap.Logger
	line  []byte
	last  []string
	count int
}

// Write takes any part of the stream. It never fails.
func (d *driverLog) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n')
		part := rest
		if end >= 0 {
			part = rest[:end]
		}
		d.line = append(d.line, part[:min(len(part), longestLine-len(d.line))]...)
		if end < 0 {
			break
		}
		d.flush()
		rest = rest[end+1:]
	}
	return len(p), nil
}

// flush takes a line that is complete.
func (d *driverLog) flush() {
	line := strings.TrimSpace(strings.ToValidUTF8(string(d.line), "\uFFFD"))
	d.line = d.line[:0]
	if line == "" {
		return
	}
	if len(d.last) == tailLines {
		d.last = append(d.last[:0], d.last[1:]...)
	}
	d.last = append(d.last, line)
	switch d.count++; {
	case d.count < mostLines:
		d.log.Debug("driver", zap.String("line", line))
	case d.count == mostLines:
		d.log.Warn("the driver has said too much; the rest of its log is dropped")
	}
}

// tail is the last lines in one.
func (d *driverLog) tail() string {
	if len(d.line) > 0 {
		d.flush()
	}
	return strings.Join(d.last, " / ")
}
