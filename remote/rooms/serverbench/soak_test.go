package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"stresstester/remote/server/command"
)

// isServer makes the test's binary the server's.
const isServer = "STRESSTESTER_TEST_IS_SERVER_BINARY"

func TestMain(m *testing.M) {
	if os.Getenv(isServer) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		status := command.Run(ctx, "test", os.Args[1:], os.Stdout, os.Stderr)
		stop()
		os.Exit(status)
	}
	if err := os.Setenv(isServer, "1"); err != nil { // for the processes that are started
		panic(err)
	}
	os.Exit(m.Run())
}

// The short form of `make soak-server`: every kind of failure once or twice.
func TestAServerLosesNothingAndNeedsNoMoreWhileThingsBreak(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts servers and kills them")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	report, err := soakTest(ctx, os.Args[0], plan{
		length: 5 * time.Second, clients: 8, pace: 20 * time.Millisecond, feeds: 60, disturb: 500 * time.Millisecond, down: 100 * time.Millisecond, progress: t.Logf,
	})
	t.Log("\n" + report)
	if err != nil {
		t.Error(err)
	}
}
