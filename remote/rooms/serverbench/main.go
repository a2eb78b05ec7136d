// Command serverbench measures the shared server on this machine: reads, reads of what the client has,
// conditional writes, change feeds, and signing in. It starts two processes of the server's binary
// as an operator would (stresstester-server migrate, then serve, configured by the environment, with a login that is
// a member of the serving role only) on a Postgres that waits for its disk. They share the machine
// with the load generator; every request is authenticated, and row security is on.
//
//	make build && go run ./remote/rooms/serverbench -server bin/stresstester-server -write docs/benchmarks.md
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	o := options{}
	flag.StringVar(&o.binary, "server", "bin/stresstester-server", "the server's binary")
	flag.DurationVar(&o.each, "time", 8*time.Second, "how long each load lasts")
	flag.IntVar(&o.feeds, "feeds", 5000, "change feeds that are open at the same time; 0: none")
	flag.StringVar(&o.only, "only", "", "loads to be measured, by the first word of their names, with commas between; empty: all")
	flag.StringVar(&o.profiles, "profiles", "", "a folder for profiles of the first server's processor time under each load")
	flag.DurationVar(&o.soak, "soak", 0, "let a moderate load go on for so long while things break, instead of measuring")
	write := flag.String("write", "", "the document whose section is to be replaced")
	flag.Parse()
	report, err := run(o)
	fmt.Fprint(os.Stdout, report)
	fail(err)
	if *write != "" && o.soak > 0 {
		fail(replaceSection(*write, "soak", "### Ten minutes in which everything breaks", report))
	} else if *write != "" {
		fail(replaceSection(*write, "server", "## The shared server", report))
	}
}

func run(o options) (string, error) {
	if o.soak > 0 {
		ctx, cancel := context.WithTimeout(context.Background(), o.soak+5*time.Minute)
		defer cancel()
		return soakTest(ctx, o.binary, longPlan(o.soak))
	}
	return measure(o)
}

type options struct {
	binary, only, profiles string
	each, soak             time.Duration
	feeds                  int
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Clients of a load, and users they act for in turn: each client has its own, so that
// nobody's conditional writes meet somebody else's.
const users, clients = 512, 32

func measure(o options) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	beside, _, _ := strings.Cut(readFile("/proc/loadavg"), " ") // of what else runs here
	b, err := start(ctx, o.binary)
	defer b.close()
	if err != nil {
		return "", err
	}
	version, err := b.version(ctx)
	if err != nil {
		return "", err
	}
	if err := b.populate(ctx, users); err != nil {
		return "", err
	}
	lines, err := b.loads(ctx, o)
	if err != nil {
		return "", err
	}
	var feeds string
	if o.feeds > 0 {
		if feeds, err = b.feeds(ctx, o.feeds, o.each); err != nil {
			return "", fmt.Errorf("change feeds: %w", err)
		}
	}
	pieces, err := b.pieces(ctx, o.each)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, `Written by `+"`make bench-server`"+`. Two processes of `+"`stresstester-server serve`"+`, Postgres %s with `+"`fsync`"+` on, and the load generator (%d connections that
send the next request when the answer to the last is there) share %d processors. The servers are configured as in
[server.md](server.md), with a login of the serving role, their default pool of connections and their log in a file; only the limits on
requests a minute are off, and TLS, which ends in front of them. %d users with a room each, whom the connections act for in turn; every request carries a
bearer token, every query runs under row security, a write is answered when Postgres has it on disk. Any other answer than the one wanted ends the measurement.

`, version, clients, runtime.NumCPU(), users)
	fmt.Fprintf(&out, "| load | a second | median | 99 %% | slowest | wanted |\n| --- | --- | --- | --- | --- | --- |\n%s\n\n", strings.Join(lines, "\n"))
	fmt.Fprint(&out, feeds, pieces)
	if beside != "" {
		fmt.Fprintf(&out, "\nThe machine's load average when this began, by other work: %s.\n", beside)
	}
	return out.String(), nil
}

// readFile is a file's text, or nothing where there is none.
func readFile(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

// loads measures one load after the other and returns the lines of the table.
func (b *bench) loads(ctx context.Context, o options) (lines []string, err error) {
	for _, l := range []struct {
		name   string
		target int
		run    prepare
	}{
		{"room reads (8 KiB in three files)", 4000, readRoom},
		{"not modified (If-None-Match)", 7000, hasRoom},
		{"conditional writes (2 KiB, on disk)", 1000, writeFile},
	} {
		key, _, _ := strings.Cut(l.name, " ")
		if o.only != "" && !strings.Contains(","+o.only+",", ","+key+",") {
			continue
		}
		profiled := make(chan error, 1)
		if o.profiles == "" {
			profiled <- nil
		} else {
			go func() {
				profiled <- b.servers[0].profile(ctx, int(o.each.Seconds()), filepath.Join(o.profiles, key+".pprof"))
			}()
		}
		r, err := b.load(clients, o.each, l.run)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		if err := <-profiled; err != nil {
			return nil, fmt.Errorf("profiling: %w", err)
		}
		lines = append(lines, fmt.Sprintf("| %s | %d | %.1f ms | %.1f ms | %.1f ms | %d |", l.name, int(r.rate), ms(r.at(0.5)), ms(r.at(0.99)), ms(r.at(1)), l.target))
	}
	return lines, nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// replaceSection writes the report between the section's marks, or at the document's end.
func replaceSection(path, name, title, report string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	begin, end := "<!-- "+name+": begin -->", "<!-- "+name+": end -->"
	before, rest, found := strings.Cut(string(text), begin)
	_, after, _ := strings.Cut(rest, end)
	if !found {
		before, after = strings.TrimRight(before, "\n")+"\n\n", "\n"
	}
	section := begin + "\n" + title + "\n\n" + report + end
	return os.WriteFile(path, []byte(before+section+after), 0o644) //nolint:gosec // a document for everybody
}
