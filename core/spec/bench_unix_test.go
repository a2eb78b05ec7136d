//go:build unix

package spec

import (
	"syscall"
	"testing"
	"time"
)

// processorTime is what this process has used, in user mode: on a busy machine a
// better measure than the clock.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano())
}

// reportThroughput adds the throughput for a second of processor time.
func reportThroughput(b *testing.B, bytes int64, began time.Duration) {
	b.Helper()
	if used := processorTime() - began; used > 0 {
		b.ReportMetric(float64(bytes)/1e6/used.Seconds(), "MB/cpu-s")
	}
}
