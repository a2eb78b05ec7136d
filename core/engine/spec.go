package engine

import (
	"context"
	"errors"

	"stresstester/core/problem"
	"stresstester/core/shrink"
)

// inputSource makes tests without a process of its own.
type inputSource interface {
	generate(dst []byte, seed uint64) ([]byte, error)
	shrink(ctx context.Context, input []byte, oracle shrink.Oracle, o shrink.Options) shrink.Result
}

func newSpecSource(*problem.Program) (inputSource, error) {
	return nil, errors.New("input specifications are not supported")
}

func (w *worker) specInput(t trial) (judgement, error) {
	input, err := w.source.generate(nil, t.seed)
	if err != nil {
		return judgement{verdict: problem.GeneratorFailed, fault: problem.Spec, comment: err.Error()}, nil
	}
	return judgement{verdict: problem.OK}, w.slot.Set(Input, input)
}
