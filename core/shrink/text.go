package shrink

import "context"

// Text shrinks an input of unknown format that is known to fail.
func Text(ctx context.Context, input []byte, oracle Oracle, o Options) Result {
	s := NewSearch(ctx, input, oracle, o)
	return s.Result()
}
