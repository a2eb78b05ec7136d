package runs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/sandbox"
	"stresstester/lsp/document"
	"stresstester/lsp/lsptest"
	"stresstester/lsp/runs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// request is a problem on the disk that can be run.
func request(t *testing.T) runs.Request {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"sol.py", "brute.py", "gen.py"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("print(1)\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := room.Open(room.Disk{}, filepath.Join(dir, "sol.py"), nil)
	if err != nil {
		t.Fatal(err)
	}
	o := r.Options
	o.NoSave = true
	return runs.Request{Room: r, Files: document.NewOverlay(&document.View{}, room.Disk{}), Options: o}
}

func manager(t *testing.T, run lsptest.Scripted, listen func(*runs.Run, runs.Event)) *runs.Manager {
	t.Helper()
	m := runs.NewManager(context.Background(), nil, run, zap.NewNop(), listen)
	t.Cleanup(m.Close)
	return m
}

func untilStopped(ctx context.Context, _ problem.Job, _ sandbox.Observer) (problem.Result, error) {
	<-ctx.Done()
	return problem.Result{Verdict: problem.OK, State: problem.Stopped}, nil
}

func found(message string) problem.Failure {
	return problem.Failure{Verdict: problem.WA, Message: message, Counterexample: &problem.Counterexample{Input: problem.Text(message)}}
}

func TestEventsAreToldOnceTheyCanBeSeen(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var log []string
	m := manager(t, func(_ context.Context, _ problem.Job, obs sandbox.Observer) (problem.Result, error) {
		obs.Compiled(problem.Compilation{Role: problem.Tested, OK: true})
		obs.Progress(problem.Progress{State: problem.Running, Tests: 7})
		obs.Warning("odd")
		obs.Found(found("a"))
		f := found("b")
		return problem.Result{Verdict: problem.WA, State: problem.Done, Message: "b", Failures: []problem.Failure{f}}, nil
	}, func(r *runs.Run, e runs.Event) {
		mu.Lock()
		defer mu.Unlock()
		s := r.Status()
		log = append(log, fmt.Sprintf("%d %s %q %d compiled %d warnings %d failures", e, s.State(), s.Verdict(), len(s.Compilations), len(s.Warnings), len(s.Failures())))
	})
	r := m.New("file:///sol.py")
	r.Start("file:///sol.py", request(t))
	<-r.Done()
	want := []string{
		`0 compiling "" 0 compiled 0 warnings 0 failures`,
		`2 compiling "" 1 compiled 0 warnings 0 failures`,
		`1 running "" 1 compiled 0 warnings 0 failures`,
		`4 running "" 1 compiled 1 warnings 0 failures`,
		`3 running "WA" 1 compiled 1 warnings 1 failures`,
		`5 done "WA" 1 compiled 1 warnings 1 failures`,
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(log, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(log, "\n"), strings.Join(want, "\n"))
	}
}

func TestAStoppedRunKeepsWhatItFound(t *testing.T) {
	t.Parallel()
	m := manager(t, untilStopped, nil)
	r := m.New("x")
	r.Start("x", request(t))
	if stopped := m.Stop(func(*runs.Run) bool { return true }); len(stopped) != 1 {
		t.Errorf("%d were stopped", len(stopped))
	}
	<-r.Done()
	if s := r.Status(); s.State() != problem.Stopped || s.Err != nil || s.Result == nil {
		t.Errorf("got %+v", s)
	}
	if stopped := m.Stop(func(*runs.Run) bool { return true }); len(stopped) != 0 {
		t.Errorf("%d were stopped again", len(stopped))
	}
}

func TestTheNewestRunOfADocumentWinsWhateverStartsFirst(t *testing.T) {
	t.Parallel()
	m := manager(t, untilStopped, nil)
	older, newer, other := m.New("x"), m.New("x"), m.New("y")
	other.Start("y", request(t))
	newer.Start("x", request(t))
	older.Start("x", request(t)) // It took longer to find out what it works on.
	<-older.Done()
	for name, r := range map[string]*runs.Run{"the newer run": newer, "the other document's run": other} {
		if r.Status().State().Final() {
			t.Errorf("%s was stopped", name)
		}
	}
}

func TestARunWithoutSandboxFails(t *testing.T) {
	t.Parallel()
	m := manager(t, func(context.Context, problem.Job, sandbox.Observer) (problem.Result, error) {
		return problem.Result{}, fmt.Errorf("docker: %w", sandbox.ErrUnavailable)
	}, nil)
	r := m.New("x")
	r.Start("x", request(t))
	<-r.Done()
	if s := r.Status(); s.State() != problem.Failed || !errors.Is(s.Err, sandbox.ErrUnavailable) || s.Verdict() != "" {
		t.Errorf("got %+v", s)
	}
}

func TestRunsAreFoundAndForgotten(t *testing.T) {
	t.Parallel()
	m := manager(t, func(context.Context, problem.Job, sandbox.Observer) (problem.Result, error) {
		return problem.Result{Verdict: problem.OK, State: problem.Done}, nil
	}, nil)
	discarded := m.New("x")
	discarded.Discard()
	if _, ok := m.Get(discarded.ID()); ok {
		t.Error("a discarded run is still there")
	}
	req := request(t)
	first := m.New("x")
	first.Start("x", req)
	<-first.Done()
	for range 150 {
		r := m.New("y")
		r.Start("y", req)
		<-r.Done()
	}
	if n := len(m.All()); n > 101 {
		t.Errorf("%d runs are remembered", n)
	}
	if _, ok := m.Get(first.ID()); ok {
		t.Error("the oldest run is still there")
	}
	if last, ok := m.Last("y", nil); !ok || last.ID() != "152" {
		t.Errorf("the last run is %v", last)
	}
}

func TestCloseEndsEverythingAndMayBeRepeated(t *testing.T) {
	t.Parallel()
	m := manager(t, untilStopped, nil)
	r := m.New("x")
	r.Start("x", request(t))
	m.Close()
	m.Close()
	select {
	case <-r.Done():
	default:
		t.Error("a run goes on")
	}
	late := m.New("x")
	late.Start("x", request(t))
	<-late.Done()
}

func TestFailuresOfAResultWithoutAList(t *testing.T) {
	t.Parallel()
	c := &problem.Counterexample{Input: problem.Text("1")}
	one := runs.FailuresOf(&problem.Result{Verdict: problem.RE, Counterexample: c, Message: "it crashed"})
	if len(one) != 1 || one[0].Counterexample != c || one[0].Message != "it crashed" {
		t.Errorf("got %+v", one)
	}
	if none := runs.FailuresOf(&problem.Result{Verdict: problem.OK}); len(none) != 0 {
		t.Errorf("got %+v", none)
	}
}
