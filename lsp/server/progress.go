package server

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"stresstester/core/problem"
	"stresstester/lsp/command"
	"stresstester/lsp/runs"
)

// progressInterval is the shortest time between two reports of one run.
const progressInterval = 100 * time.Millisecond

// progress shows runs by the protocol's own progress, which every client can
// show and cancel.
type progress struct {
	s *Server

	mu    sync.Mutex
	bars  map[*runs.Run]*bar
	runOf map[protocol.ProgressToken]*runs.Run
}

// bar is one run's progress. It says nothing before the client knows its token.
type bar struct {
	token protocol.ProgressToken
	key   string // of its unsent reports

	mu    sync.Mutex
	open  bool
	ended bool
	last  time.Time
	state problem.State
}

func newProgress(s *Server) *progress {
	return &progress{s: s, bars: map[*runs.Run]*bar{}, runOf: map[protocol.ProgressToken]*runs.Run{}}
}

// begin shows a run: under the token that the client gave with the command, or
// else under one of ours if the client can show such.
func (p *progress) begin(run *runs.Run, token protocol.ProgressToken) {
	given := token != nil
	if !given {
		if !p.s.client.workDoneProgress {
			return
		}
		token = protocol.String("stresstester/run/" + run.ID())
	}
	b := &bar{token: token, key: "progress " + run.ID()}
	p.mu.Lock()
	p.bars[run], p.runOf[token] = b, run
	p.mu.Unlock()
	if given {
		p.start(run, b)
		return
	}
	p.s.conn.Go("creating progress", func(ctx context.Context) {
		if err := p.s.client.ask(ctx, protocol.MethodWindowWorkDoneProgressCreate, &protocol.WorkDoneProgressCreateParams{Token: token}, nil); err != nil {
			p.s.log.Info("the client shows no progress", zap.Error(err))
			p.drop(run)
			return
		}
		p.start(run, b)
	})
}

// start sends the beginning, unless the run is over already.
func (p *progress) start(run *runs.Run, b *bar) {
	info := p.s.runInfo(run)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return
	}
	b.open, b.last, b.state = true, time.Now(), info.State
	p.send("", b, &protocol.WorkDoneProgressBegin{
		Kind:        "begin",
		Title:       "Stress test of " + shortName(run.URI()),
		Cancellable: ptr(true),
		Message:     ptr(progressText(info)),
		Percentage:  percentage(info),
	})
}

// update sends a report, unless the last one is too recent and says the same, or
// the end.
func (p *progress) update(run *runs.Run, end bool) {
	p.mu.Lock()
	b, ok := p.bars[run]
	p.mu.Unlock()
	if !ok {
		return
	}
	info := p.s.runInfo(run)
	b.mu.Lock()
	defer b.mu.Unlock()
	switch now := time.Now(); {
	case end:
		b.ended = true
		if b.open {
			p.send("", b, &protocol.WorkDoneProgressEnd{Kind: "end", Message: ptr(progressText(info))})
		}
		p.drop(run)
	case !b.open || b.ended || b.state == info.State && now.Sub(b.last) < progressInterval:
	default:
		b.last, b.state = now, info.State
		p.send(b.key, b, &protocol.WorkDoneProgressReport{Kind: "report", Message: ptr(progressText(info)), Percentage: percentage(info)})
	}
}

func (p *progress) send(key string, b *bar, value any) {
	data, err := protocol.Marshal(value)
	if err != nil {
		p.s.log.Error("encoding progress", zap.Error(err))
		return
	}
	p.s.client.tellLatest(key, protocol.MethodProgress, &protocol.ProgressParams{Token: b.token, Value: protocol.LSPAny(data)})
}

func (p *progress) drop(run *runs.Run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b, ok := p.bars[run]; ok {
		delete(p.runOf, b.token)
		delete(p.bars, run)
	}
}

// cancelProgress stops the run whose progress the user cancelled.
func (s *Server) cancelProgress(_ context.Context, p *protocol.WorkDoneProgressCancelParams) error {
	s.progress.mu.Lock()
	run, ok := s.progress.runOf[p.Token]
	s.progress.mu.Unlock()
	if !ok {
		return fmt.Errorf("cancelling progress: token %v is not known", p.Token)
	}
	run.Stop()
	return nil
}

// percentage is how much of a run with a known number of tests is done.
func percentage(info command.RunInfo) *uint32 {
	if info.Total <= 0 {
		return nil
	}
	return ptr(uint32(min(100, max(0, info.Tests)*100/info.Total)))
}

// progressText is a run's standing in a line.
func progressText(info command.RunInfo) string {
	if info.State.Final() {
		if info.Message != "" {
			return info.Message
		}
		return string(info.State)
	}
	parts := []string{string(info.State)}
	if info.Tests > 0 {
		parts = append(parts, fmt.Sprintf("%d tests", info.Tests))
	}
	if info.TestsPerSecond > 0 {
		parts = append(parts, fmt.Sprintf("%.0f/s", info.TestsPerSecond))
	}
	if info.Message != "" {
		parts = append(parts, info.Message)
	}
	return strings.Join(parts, ", ")
}
