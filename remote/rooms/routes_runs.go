package rooms

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"stresstester/remote/api"
)

func (s *Service) registerRuns(a huma.API) {
	type page struct {
		RoomPath
		PageQuery
	}
	type example struct {
		RoomPath
		Counterexample string `path:"counterexample" format:"uuid"`
	}
	huma.Register(a, s.operation("list-runs", http.MethodGet, api.PathRuns, "Runs, newest first", 403, 410),
		func(ctx context.Context, in *page) (*answer[api.RunList], error) {
			return ok(s.Runs(ctx, actor(ctx), in.Room, in.Cursor, in.Limit))
		})
	huma.Register(a, s.operation("add-run", http.MethodPost, api.PathRuns, "Record a run", 403, 410, 413),
		func(ctx context.Context, in *struct {
			RoomPath
			KeyHeader
			Body api.NewRun
		}) (*answer[api.Run], error) {
			who, err := in.actor(ctx, "add-run")
			if err != nil {
				return nil, err
			}
			run, added, err := s.AddRun(ctx, who, in.Room, in.Body)
			if err != nil {
				return nil, err
			}
			return (&answer[api.Run]{Status: http.StatusOK, Body: &run}).made(added), nil
		})
	huma.Register(a, s.operation("get-run", http.MethodGet, api.PathRun, "A run with its report", 403, 410),
		func(ctx context.Context, in *struct {
			RoomPath
			Run string `path:"run" format:"uuid"`
		}) (*answer[api.Run], error) {
			return ok(s.Run(ctx, actor(ctx), in.Room, in.Run))
		})
	huma.Register(a, s.operation("list-counterexamples", http.MethodGet, api.PathCounterexamples, "Counterexamples, newest first", 403, 410),
		func(ctx context.Context, in *page) (*answer[api.CounterexampleList], error) {
			return ok(s.Counterexamples(ctx, actor(ctx), in.Room, in.Cursor, in.Limit))
		})
	huma.Register(a, s.operation("add-counterexample", http.MethodPost, api.PathCounterexamples, "Store a counterexample", 403, 410, 413),
		func(ctx context.Context, in *struct {
			RoomPath
			KeyHeader
			Body api.NewCounterexample
		}) (*answer[api.Counterexample], error) {
			who, err := in.actor(ctx, "add-counterexample")
			if err != nil {
				return nil, err
			}
			e, added, err := s.AddCounterexample(ctx, who, in.Room, in.Body)
			if err != nil {
				return nil, err
			}
			return (&answer[api.Counterexample]{Status: http.StatusOK, Body: &e}).made(added), nil
		})
	huma.Register(a, s.operation("get-counterexample", http.MethodGet, api.PathCounterexample, "A counterexample with its texts", 403, 410),
		func(ctx context.Context, in *example) (*answer[api.Counterexample], error) {
			return ok(s.Counterexample(ctx, actor(ctx), in.Room, in.Counterexample))
		})
	huma.Register(a, s.operation("delete-counterexample", http.MethodDelete, api.PathCounterexample, "Delete a counterexample", 403, 410),
		func(ctx context.Context, in *example) (*nothing, error) {
			return none(s.DeleteCounterexample(ctx, actor(ctx), in.Room, in.Counterexample))
		})
}
