package rpc

import (
	"context"
	"errors"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// codeRequestFailed is LSP's code for a request that was understood but cannot be
// fulfilled, with a message for people. The library has no name for it.
const codeRequestFailed jsonrpc2.Code = -32803

// Raw is encoded JSON, passed through as it is.
type Raw []byte

// encode is JSON by the protocol package's generated encoders, which know its
// unions.
func encode(v any) ([]byte, error) {
	if raw, ok := v.(Raw); ok {
		if len(raw) == 0 {
			return []byte("null"), nil
		}
		return raw, nil
	}
	return protocol.Marshal(v)
}

// decode reads a value that never aliases data. Absent data and null leave v as
// it is, because peers differ in what they send where nothing is needed.
func decode(data []byte, v any) error {
	if len(data) == 0 || string(data) == "null" {
		return nil
	}
	if raw, ok := v.(*Raw); ok {
		*raw = append((*raw)[:0:0], data...)
		return nil
	}
	return protocol.Unmarshal(data, v)
}

// decodeParams reads a handler's parameters.
func decodeParams(params []byte, p any) error {
	if err := decode(params, p); err != nil {
		return fmt.Errorf("%w: %w", jsonrpc2.ErrInvalidParams, err)
	}
	return nil
}

// coded turns a handler's error into one with the code that the editor expects.
func coded(ctx context.Context, err error) error {
	var wire *jsonrpc2.Error
	switch {
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return protocol.ErrRequestCancelled
	case errors.As(err, &wire):
		return err
	}
	return jsonrpc2.NewError(codeRequestFailed, err.Error())
}

// malformed is the answer to what is not a message.
func malformed(err error) error {
	var wire *jsonrpc2.Error
	if errors.As(err, &wire) {
		return err
	}
	return fmt.Errorf("%w: %w", jsonrpc2.ErrParse, err)
}
