package rooms

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"stresstester/remote/api"
)

func (s *Service) registerMe(a huma.API) {
	huma.Register(a, s.operation("me", http.MethodGet, api.PathMe, "Whose token it is"),
		func(ctx context.Context, _ *struct{}) (*answer[api.Me], error) {
			who := actor(ctx)
			return ok(api.Me{User: who.User.String(), Name: who.Name}, nil)
		})
	huma.Register(a, s.operation("usage", http.MethodGet, api.PathUsage, "What the user takes of the server, and may", 403),
		func(ctx context.Context, _ *struct{}) (*answer[api.Usage], error) {
			return ok(s.Usage(ctx, actor(ctx)))
		})
}
