package rooms

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"stresstester/remote/api"
)

func (s *Service) registerFiles(a huma.API) {
	huma.Register(a, s.operation("list-room-revisions", http.MethodGet, api.PathRoomHistory, "The history of all files, newest first", 403, 410),
		func(ctx context.Context, in *struct {
			RoomPath
			PageQuery
		}) (*answer[api.FileRevisions], error) {
			return ok(s.FileRevisions(ctx, actor(ctx), in.Room, "", in.Cursor, in.Limit))
		})
	huma.Register(a, s.operation("get-file", http.MethodGet, api.PathFile, "A file", 403, 410), s.getFile)
	huma.Register(a, s.operation("put-file", http.MethodPut, api.PathFile, "Write a file", 403, 409, 410, 412, 413, 428), s.putFile)
	huma.Register(a, s.operation("delete-file", http.MethodDelete, api.PathFile, "Delete a file, which leaves a tombstone", 403, 410, 412, 428), s.deleteFile)
	huma.Register(a, s.operation("revert-file", http.MethodPost, api.PathFileRevert, "Write the content of an old revision", 403, 409, 410, 412, 428), s.revertFile)
	huma.Register(a, s.operation("list-file-revisions", http.MethodGet, api.PathFileRevisions, "The history of a file, newest first", 403, 410),
		func(ctx context.Context, in *struct {
			SlotPath
			PageQuery
		}) (*answer[api.FileRevisions], error) {
			return ok(s.FileRevisions(ctx, actor(ctx), in.Room, api.Slot(in.Slot), in.Cursor, in.Limit))
		})
	huma.Register(a, s.operation("get-file-revision", http.MethodGet, api.PathFileRevision, "A revision of a file", 403, 410),
		func(ctx context.Context, in *struct {
			SlotPath
			Rev int64 `path:"rev" minimum:"1"`
		}) (*answer[api.File], error) {
			return ok(s.FileRevision(ctx, actor(ctx), in.Room, api.Slot(in.Slot), api.Revision(in.Rev)))
		})

	huma.Register(a, s.operation("list-conflicts", http.MethodGet, api.PathConflicts, "Open conflicts, newest change first", 403, 410),
		func(ctx context.Context, in *struct {
			RoomPath
			PageQuery
			Resolved bool `query:"resolved" doc:"Whether resolved ones are listed as well."`
		}) (*answer[api.ConflictList], error) {
			return ok(s.Conflicts(ctx, actor(ctx), in.Room, in.Resolved, in.Cursor, in.Limit))
		})
	huma.Register(a, s.operation("create-conflict", http.MethodPost, api.PathConflicts, "Keep a side that cannot be merged", 403, 409, 410, 413), s.createConflict)
	huma.Register(a, s.operation("get-conflict", http.MethodGet, api.PathConflict, "A conflict with its three texts", 403, 410),
		func(ctx context.Context, in *struct {
			RoomPath
			Conflict string `path:"conflict" format:"uuid"`
		}) (*answer[api.ConflictDetail], error) {
			return ok(s.Conflict(ctx, actor(ctx), in.Room, in.Conflict))
		})
	huma.Register(a, s.operation("resolve-conflict", http.MethodPost, api.PathConflictResolve, "End a conflict", 403, 409, 410, 412, 413, 428), s.resolveConflict)
}

func (s *Service) getFile(ctx context.Context, in *struct {
	SlotPath
	UnlessHeader
},
) (*answer[api.File], error) {
	who, slot := actor(ctx), api.Slot(in.Slot)
	if in.IfNoneMatch != "" {
		rev, err := s.FileRev(ctx, who, in.Room, slot)
		if err != nil {
			return nil, err
		}
		if rev != 0 && in.has(rev) {
			return notModified[api.File](rev), nil
		}
	}
	file, err := s.File(ctx, who, in.Room, slot)
	if err != nil {
		return nil, err
	}
	return (&answer[api.File]{Status: http.StatusOK, Body: &file}).tagged(file.Rev), nil
}

// written is the answer to a write of a file.
func written(file api.File, replayed bool, err error) (*answer[api.File], error) {
	if err != nil {
		return nil, err
	}
	return (&answer[api.File]{Status: http.StatusOK, Body: &file}).tagged(file.Rev).replay(replayed), nil
}

func (s *Service) putFile(ctx context.Context, in *struct {
	SlotPath
	BaseHeader
	KeyHeader
	Body api.PutFile
},
) (*answer[api.File], error) {
	base, err := in.base()
	if err != nil {
		return nil, err
	}
	who, err := in.actor(ctx, "put-file", in.Room, in.Slot, base, in.Body)
	if err != nil {
		return nil, err
	}
	return written(s.PutFile(ctx, who, in.Room, api.Slot(in.Slot), base, in.Body))
}

func (s *Service) deleteFile(ctx context.Context, in *struct {
	SlotPath
	BaseHeader
	KeyHeader
},
) (*answer[api.File], error) {
	base, err := in.base()
	if err != nil {
		return nil, err
	}
	who, err := in.actor(ctx, "delete-file", in.Room, in.Slot, base)
	if err != nil {
		return nil, err
	}
	return written(s.DeleteFile(ctx, who, in.Room, api.Slot(in.Slot), base))
}

func (s *Service) revertFile(ctx context.Context, in *struct {
	SlotPath
	BaseHeader
	KeyHeader
	Body api.RevertFile
},
) (*answer[api.File], error) {
	base, err := in.base()
	if err != nil {
		return nil, err
	}
	who, err := in.actor(ctx, "revert-file", in.Room, in.Slot, base, in.Body)
	if err != nil {
		return nil, err
	}
	return written(s.RevertFile(ctx, who, in.Room, api.Slot(in.Slot), base, in.Body.Rev))
}

func (s *Service) createConflict(ctx context.Context, in *struct {
	RoomPath
	KeyHeader
	Body api.NewConflict
},
) (*answer[api.Conflict], error) {
	who, err := in.actor(ctx, "create-conflict", in.Room, in.Body)
	if err != nil {
		return nil, err
	}
	c, stored, replayed, err := s.StoreConflict(ctx, who, in.Room, in.Body)
	if err != nil {
		return nil, err
	}
	return (&answer[api.Conflict]{Status: http.StatusOK, Body: &c}).made(stored).replay(replayed), nil
}

func (s *Service) resolveConflict(ctx context.Context, in *struct {
	RoomPath
	BaseHeader
	KeyHeader
	Conflict string `path:"conflict" format:"uuid"`
	Body     api.ResolveConflict
},
) (*answer[api.Resolution], error) {
	base, err := in.base()
	if err != nil {
		return nil, err
	}
	who, err := in.actor(ctx, "resolve-conflict", in.Room, in.Conflict, base, in.Body)
	if err != nil {
		return nil, err
	}
	r, replayed, err := s.ResolveConflict(ctx, who, in.Room, in.Conflict, base, in.Body)
	if err != nil {
		return nil, err
	}
	return (&answer[api.Resolution]{Status: http.StatusOK, Body: &r}).replay(replayed), nil
}
