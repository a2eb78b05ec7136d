package rooms

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"stresstester/remote/api"
)

func (s *Service) registerRooms(a huma.API) {
	huma.Register(a, open(s.operation("capabilities", http.MethodGet, api.PathCapabilities, "What this server can do and takes")),
		func(context.Context, *struct{}) (*answer[api.Capabilities], error) { return ok(s.Capabilities(), nil) })

	huma.Register(a, s.operation("list-rooms", http.MethodGet, api.PathRooms, "The user's rooms, newest change first"), s.listRooms)
	huma.Register(a, s.operation("create-room", http.MethodPost, api.PathRooms, "Make a room", 403, 409, 413), s.createRoom)
	huma.Register(a, s.operation("get-room", http.MethodGet, api.PathRoom, "A room with its files", 403, 410), s.getRoom)
	huma.Register(a, s.operation("update-room", http.MethodPatch, api.PathRoom, "Change a room's title and settings", 403, 410, 412, 428), s.updateRoom)
	huma.Register(a, s.operation("delete-room", http.MethodDelete, api.PathRoom, "Delete a room; it can be restored for a while", 403, 410),
		func(ctx context.Context, in *RoomPath) (*nothing, error) {
			return none(s.DeleteRoom(ctx, actor(ctx), in.Room))
		})
	huma.Register(a, s.operation("restore-room", http.MethodPost, api.PathRoomRestore, "Undo the deletion of a room", 403),
		func(ctx context.Context, in *RoomPath) (*answer[api.RoomDetail], error) {
			return ok(s.RestoreRoom(ctx, actor(ctx), in.Room))
		})
	huma.Register(a, s.operation("fork-room", http.MethodPost, api.PathRoomFork, "Make a room of one's own with the same files", 403, 409, 410), s.forkRoom)
	huma.Register(a, s.operation("export-room", http.MethodGet, api.PathRoomExport, "A zip file of the room, as a folder for the stress tester", 403, 410), s.exportRoom)
	huma.Register(a, s.operation("audit-room", http.MethodGet, api.PathRoomAudit, "What was done to the room, newest first; for owners", 403, 410),
		func(ctx context.Context, in *struct {
			RoomPath
			PageQuery
		}) (*answer[api.AuditList], error) {
			return ok(s.Audit(ctx, actor(ctx), in.Room, in.Cursor, in.Limit))
		})
}

func (s *Service) listRooms(ctx context.Context, in *struct {
	PageQuery
	Part    string `query:"q" maxLength:"200" doc:"A part of the title."`
	Deleted bool   `query:"deleted" doc:"Deleted rooms that the user can restore, instead of the others."`
},
) (*answer[api.RoomList], error) {
	return ok(s.Rooms(ctx, actor(ctx), in.Deleted, in.Part, in.Cursor, in.Limit))
}

func (s *Service) createRoom(ctx context.Context, in *struct {
	KeyHeader
	Body api.CreateRoom
},
) (*answer[api.RoomDetail], error) {
	who, err := in.actor(ctx, "create-room", in.Body)
	if err != nil {
		return nil, err
	}
	detail, made, err := s.CreateRoom(ctx, who, in.Body)
	if err != nil {
		return nil, err
	}
	return (&answer[api.RoomDetail]{Status: http.StatusOK, Body: &detail}).made(made).tagged(detail.Rev), nil
}

func (s *Service) getRoom(ctx context.Context, in *struct {
	RoomPath
	UnlessHeader
	Content bool `query:"content" doc:"Whether files carry their contents, those of tests excepted."`
},
) (*answer[api.RoomDetail], error) {
	who := actor(ctx)
	if in.IfNoneMatch != "" {
		rev, err := s.RoomRev(ctx, who, in.Room)
		if err != nil {
			return nil, err
		}
		if in.has(rev) {
			return notModified[api.RoomDetail](rev), nil
		}
	}
	detail, err := s.Room(ctx, who, in.Room, in.Content)
	if err != nil {
		return nil, err
	}
	return (&answer[api.RoomDetail]{Status: http.StatusOK, Body: &detail}).tagged(detail.Rev), nil
}

func (s *Service) updateRoom(ctx context.Context, in *struct {
	RoomPath
	BaseHeader
	KeyHeader
	Body api.UpdateRoom
},
) (*answer[api.RoomDetail], error) {
	base, err := in.base()
	if err != nil {
		return nil, err
	}
	who, err := in.actor(ctx, "update-room", in.Room, base, in.Body)
	if err != nil {
		return nil, err
	}
	detail, replayed, err := s.UpdateRoom(ctx, who, in.Room, base, in.Body)
	if err != nil {
		return nil, err
	}
	return (&answer[api.RoomDetail]{Status: http.StatusOK, Body: &detail}).tagged(detail.Rev).replay(replayed), nil
}

func (s *Service) forkRoom(ctx context.Context, in *struct {
	RoomPath
	KeyHeader
	Body api.ForkRoom
},
) (*answer[api.RoomDetail], error) {
	who, err := in.actor(ctx, "fork-room", in.Room, in.Body)
	if err != nil {
		return nil, err
	}
	detail, made, err := s.ForkRoom(ctx, who, in.Room, in.Body)
	if err != nil {
		return nil, err
	}
	return (&answer[api.RoomDetail]{Status: http.StatusOK, Body: &detail}).made(made).tagged(detail.Rev), nil
}

func (s *Service) exportRoom(ctx context.Context, in *RoomPath) (*huma.StreamResponse, error) {
	export, err := s.Export(ctx, actor(ctx), in.Room)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", "application/zip")
		ctx.SetHeader("Content-Disposition", `attachment; filename="`+export.Name()+`"`)
		if _, err := export.WriteTo(ctx.BodyWriter()); err != nil {
			s.log.Info("a room's export was not taken to its end: " + err.Error())
		}
	}}, nil
}
