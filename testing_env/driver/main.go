// The driver is the first process in the sandbox's container. It speaks
// core/wire on standard input and output, and runs each job it is given with
// core/engine on testing_env/driver/lab. When its input ends, so does it, and
// the container with it.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"

	"stresstester/testing_env/driver/lab"
)

func main() {
	version := flag.Bool("version", false, "print the build id and exit")
	spawn := flag.String("spawn", "/opt/stresstester/spawn", "the spawn program")
	work := flag.String("work", "/w", "folder in which programs run")
	programs := flag.String("programs", "/run/stresstester/programs", "folder for built programs; must allow execution")
	cache := flag.String("cache", "/cache", "folder that keeps built programs")
	flag.Parse()
	if *version {
		fmt.Println(buildID())
		return
	}
	// A garbage collection while tests run costs more than memory does here.
	debug.SetGCPercent(400)
	// Who waits for a program does not tell the scheduler. That must not keep everything
	// else from going on: a slot may wait for two, the tested program and the interactor.
	runtime.GOMAXPROCS(2*runtime.NumCPU() + 4)
	// Without it, as in a test, there is no limit.
	memory, _ := strconv.ParseInt(os.Getenv("STRESSTESTER_MEMORY"), 10, 64)
	places := lab.Places{Spawn: *spawn, Work: *work, Programs: *programs, Cache: *cache, Memory: memory}
	if err := run(places, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "driver:", err)
		os.Exit(1)
	}
}

func run(places lab.Places, in io.Reader, out io.Writer) error {
	// Programs lie below a folder that others may pass through but not list.
	if err := os.Chmod(filepath.Dir(places.Programs), 0o711); err != nil {
		return fmt.Errorf("preparing the sandbox: %w", err)
	}
	house, err := lab.NewHouse(places)
	if err != nil {
		return err
	}
	return newSession(house, in, out).serve()
}

// buildID names this build of the driver.
func buildID() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return info.Main.Version
}
