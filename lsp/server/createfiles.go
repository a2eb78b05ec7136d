package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"stresstester/core/room"
	"stresstester/lsp/command"
	"stresstester/lsp/document"
	"stresstester/lsp/scaffold"
)

// CreateFiles implements command.Handlers.
func (c *commands) CreateFiles(ctx context.Context, p command.CreateFilesParams) (command.CreateFilesResult, error) {
	result := command.CreateFilesResult{Created: []command.RoleFile{}, Existing: []command.RoleFile{}}
	files := c.files()
	at, err := c.s.locate(files, document.Canonical(p.URI))
	if err != nil {
		return result, err
	}
	roles := p.Roles
	if len(roles) == 0 {
		roles = at.room.Missing()
	}
	var missing []scaffold.File
	for _, role := range roles {
		if !slices.Contains(scaffold.Roles(), role) {
			return result, fmt.Errorf("%w: role %q cannot be created; use %v", command.ErrParams, role, scaffold.Roles())
		}
		if path, ok := at.room.Roles[role]; ok {
			result.Existing = append(result.Existing, command.RoleFile{Role: role, URI: c.s.uriOf(path)})
			continue
		}
		file, err := scaffold.For(at.room, role)
		if err != nil {
			return result, err
		}
		missing = append(missing, file)
	}
	created, err := c.s.create(ctx, files, missing)
	for _, f := range created {
		result.Created = append(result.Created, command.RoleFile{Role: f.Role, URI: c.s.uriOf(f.Path)})
	}
	if len(created) > 0 {
		c.s.client.show(ctx, c.s.uriOf(created[0].Path))
		c.s.client.refreshLenses()
	}
	return result, err
}

// create makes files, through the editor where it can do that, so that they can
// be undone and show at once; otherwise on the disk. Nothing is overwritten.
func (s *Server) create(ctx context.Context, files room.Files, missing []scaffold.File) ([]scaffold.File, error) {
	for _, f := range missing {
		if _, err := files.ReadFile(f.Path); !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s exists already and is left as it is", f.Path)
		}
	}
	if len(missing) == 0 {
		return nil, nil
	}
	if s.client.applyEdit {
		err := s.createInEditor(ctx, missing)
		if err == nil {
			return missing, nil
		}
		s.log.Info("the editor did not create the files; they are created on the disk", zap.Error(err))
	}
	var created []scaffold.File
	for _, f := range missing {
		if err := createFile(f.Path, f.Text); err != nil {
			return created, fmt.Errorf("creating %s: %w", f.Path, err)
		}
		created = append(created, f)
	}
	return created, nil
}

func createFile(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

func (s *Server) createInEditor(ctx context.Context, missing []scaffold.File) error {
	edit := protocol.WorkspaceEdit{}
	for _, f := range missing {
		u := uri.File(f.Path)
		edit.DocumentChanges = append(edit.DocumentChanges,
			&protocol.CreateFile{Kind: "create", URI: u, Options: &protocol.CreateFileOptions{Overwrite: ptr(false), IgnoreIfExists: ptr(false)}},
			&protocol.TextDocumentEdit{
				TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: u}},
				Edits:        []protocol.TextDocumentEditElement{&protocol.TextEdit{NewText: string(f.Text)}},
			})
	}
	var result protocol.ApplyWorkspaceEditResult
	if err := s.client.ask(ctx, protocol.MethodWorkspaceApplyEdit, &protocol.ApplyWorkspaceEditParams{Label: ptr("Create stress test files"), Edit: edit}, &result); err != nil {
		return err
	}
	if !result.Applied {
		reason := "no reason given"
		if result.FailureReason != nil {
			reason = *result.FailureReason
		}
		return fmt.Errorf("the edit was not applied: %s", reason)
	}
	return nil
}
