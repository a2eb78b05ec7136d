package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"stresstester/remote/api"
	"stresstester/remote/share"
	"stresstester/remote/sync"
)

func (a *app) roomCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "room",
		GroupID: "share",
		Short:   "Share problems with other people and machines",
		Long: `Share problems with other people and machines. A room is a problem on a shared
server: its programs, settings, tests, runs and counterexamples. It is tied to
a folder, where everything works as before, with the server or without;
changes go both ways by themselves while an editor is open, and with "room
sync".

A room is named by its folder, a file in it, its title or its ID; the current
folder is meant when none is named.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.roomListCommand(), a.roomShareCommand(), a.roomJoinCommand(), a.roomSyncCommand(),
		a.roomStatusCommand(), a.roomResolveCommand(), a.roomLeaveCommand())
	return cmd
}

// roomView is a room in JSON.
type roomView struct {
	Event     string        `json:"event"`
	Room      string        `json:"room"`
	Title     string        `json:"title"`
	Server    string        `json:"server"`
	Role      api.Role      `json:"role"`
	Folder    string        `json:"folder,omitempty"`
	Standing  sync.Standing `json:"standing,omitempty"`
	Message   string        `json:"message,omitempty"`
	Pending   int           `json:"pending"`
	Conflicts []string      `json:"conflicts,omitempty"`
	Link      string        `json:"link,omitempty"`
}

func viewOf(st *sync.Status) roomView {
	v := roomView{
		Event: "room", Room: st.Room, Title: st.Title, Server: st.Server, Role: st.Role, Folder: st.Dir,
		Standing: st.Standing, Message: share.Sentence(st), Pending: len(st.Pending),
	}
	for _, c := range st.Conflicts {
		v.Conflicts = append(v.Conflicts, c.Path)
	}
	return v
}

// printRooms prints rooms as a table, or as JSON objects.
func (a *app) printRooms(f format, views []roomView) error {
	if f == formatJSON {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		for _, v := range views {
			if err := enc.Encode(v); err != nil {
				return err
			}
		}
		return nil
	}
	if len(views) == 0 {
		_, err := fmt.Fprintln(a.out, "no rooms; stresstester room share SOURCE makes one")
		return err
	}
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	for _, v := range views {
		standing, folder := string(v.Standing), v.Folder
		if folder == "" {
			standing, folder = "-", "stresstester room join "+v.Room
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", v.Title, v.Role, standing, folder)
		if v.Message != "" && v.Standing != sync.InStep && v.Standing != "" {
			fmt.Fprintf(w, "\t\t\t%s\n", v.Message)
		}
		for _, c := range v.Conflicts {
			fmt.Fprintf(w, "\t\t\tconflict: stresstester room resolve --keep mine|theirs|both %s\n", c)
		}
	}
	return w.Flush()
}

func (a *app) roomListCommand() *cobra.Command {
	var f format
	var server string
	cmd := &cobra.Command{
		Use:   "list [flags]",
		Short: "List your rooms",
		Long: `List your rooms on the server, and those that have a folder on this machine:
title, what you may do, how it stands, folder.

EXIT STATUS
  0  they were listed
  2  wrong use, or nobody is signed in
  3  the server cannot be reached; the rooms on this machine were listed`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rooms, err := a.rooms()
			if err != nil {
				return err
			}
			list, remote, err := rooms.List(cmd.Context(), server)
			if err != nil {
				return err
			}
			var views []roomView
			for _, r := range list {
				v := roomView{Event: "room", Room: r.ID, Title: r.Title, Server: r.Server, Role: r.Role}
				if r.Local != nil {
					v = viewOf(r.Local)
				}
				views = append(views, v)
			}
			if remote == nil || len(views) > 0 {
				if err := a.printRooms(f, views); err != nil {
					return err
				}
			}
			return remoteError(remote)
		},
	}
	cmd.Flags().StringVar(&server, "server", "", "the server's address; default: the one used last")
	addFormat(cmd, &f)
	return cmd
}

func (a *app) roomShareCommand() *cobra.Command {
	var f format
	var server, title, role string
	var uses, hours int
	var noLink bool
	cmd := &cobra.Command{
		Use:   "share [flags] TESTED",
		Short: "Share a problem, and make a link to it",
		Long: `Make a room of the problem that the tested source belongs to, unless it is
one, bring its files there, and print a link by which others can join.

EXIT STATUS
  0  the problem is shared
  2  wrong use, or nobody is signed in
  3  the server cannot be reached`,
		Args: exactlyOne("the tested source"),
		RunE: func(cmd *cobra.Command, args []string) error {
			rooms, err := a.rooms()
			if err != nil {
				return err
			}
			st, err := rooms.Share(cmd.Context(), args[0], title, server)
			if err != nil {
				return remoteError(err)
			}
			v := viewOf(&st)
			if !noLink {
				v.Link, _, err = rooms.Invite(cmd.Context(), st, api.NewInvite{Role: api.Role(role), Hours: hours, MaxUses: uses})
				if err != nil {
					return remoteError(err)
				}
			}
			if f == formatJSON {
				return a.printRooms(f, []roomView{v})
			}
			fmt.Fprintf(a.out, "%s is shared: %s/rooms/%s\n", st.Title, st.Server, st.Room)
			if v.Standing != sync.InStep {
				fmt.Fprintln(a.out, v.Message)
			}
			if v.Link != "" {
				fmt.Fprintf(a.out, "who has this link can join as %s:\n\n  %s\n", role, v.Link)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&title, "title", "", "the room's title; default: the problem's name, or its folder's")
	cmd.Flags().StringVar(&server, "server", "", "the server's address; default: the one used last")
	cmd.Flags().StringVar(&role, "role", string(api.Editor), "what who joins by the link may do: editor or viewer")
	cmd.Flags().IntVar(&uses, "uses", 10, "how many may join by the link")
	cmd.Flags().IntVar(&hours, "hours", 168, "how long the link is good")
	cmd.Flags().BoolVar(&noLink, "no-link", false, "make no link")
	addFormat(cmd, &f)
	return cmd
}

// exactlyOne is the rule of commands that take one argument.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage(cmd, fmt.Errorf("one argument is needed, %s, not %d", what, len(args)))
		}
		return nil
	}
}

func (a *app) roomJoinCommand() *cobra.Command {
	var f format
	var folder string
	cmd := &cobra.Command{
		Use:   "join [flags] LINK",
		Short: "Bring a room into a folder of this machine",
		Long: `Join a room by an invitation's link, or bring a room of yours to this machine
by its address or ID. Its files go into a new folder of the room's title,
below the current one, or into --folder.

EXIT STATUS
  0  the room has a folder here
  2  wrong use, nobody is signed in, or the link is not valid
  3  the server cannot be reached`,
		Args: exactlyOne("the room's link"),
		RunE: func(cmd *cobra.Command, args []string) error {
			rooms, err := a.rooms()
			if err != nil {
				return err
			}
			st, err := rooms.Join(cmd.Context(), args[0], ".", folder)
			if err != nil {
				return remoteError(err)
			}
			if f == formatJSON {
				return a.printRooms(f, []roomView{viewOf(&st)})
			}
			_, err = fmt.Fprintf(a.out, "%s is in %s: %s\n", st.Title, st.Dir, share.Sentence(&st))
			return err
		},
	}
	cmd.Flags().StringVar(&folder, "folder", "", "the room's folder")
	addFormat(cmd, &f)
	return cmd
}

func (a *app) roomSyncCommand() *cobra.Command {
	var f format
	cmd := &cobra.Command{
		Use:   "sync [flags] [ROOM]",
		Short: "Sync a room, or all of them, now",
		Long: `Send what was changed here, receive what was changed elsewhere, and merge.
While an editor is open this happens by itself.

EXIT STATUS
  0  everything is in step
  1  a conflict waits for a decision
  2  wrong use, or something was refused
  3  the server cannot be reached; nothing is lost, and it is tried again`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			rooms, err := a.rooms()
			if err != nil {
				return err
			}
			all, failed := rooms.Sync(cmd.Context(), first(args))
			return a.tellRooms(f, all, failed)
		},
	}
	addFormat(cmd, &f)
	return cmd
}

// tellRooms prints how rooms stand; a conflict makes the exit status 1.
func (a *app) tellRooms(f format, all []sync.Status, failed error) error {
	var views []roomView
	conflict := false
	for i := range all {
		views = append(views, viewOf(&all[i]))
		conflict = conflict || all[i].Standing == sync.Conflicted
	}
	if len(all) > 0 || failed == nil {
		if err := a.printRooms(f, views); err != nil {
			return err
		}
	}
	if failed != nil {
		return remoteError(failed)
	}
	if conflict {
		return exit(exitDivergence)
	}
	return nil
}

func (a *app) roomStatusCommand() *cobra.Command {
	var f format
	cmd := &cobra.Command{
		Use:   "status [flags] [ROOM]",
		Short: "Tell how rooms stand, without asking the server",
		Long: `Tell how the rooms with a folder on this machine stand: synced, pending,
conflict, offline or gone.

EXIT STATUS
  0  no conflict waits for a decision
  1  one does
  2  wrong use`,
		Args: atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			rooms, err := a.rooms()
			if err != nil {
				return err
			}
			var all []sync.Status
			if name := first(args); name != "" {
				st, err := rooms.Find(name)
				if err != nil {
					return err
				}
				all = append(all, st)
			} else if all, err = rooms.Status(); err != nil {
				return err
			}
			return a.tellRooms(f, all, nil)
		},
	}
	addFormat(cmd, &f)
	return cmd
}

func (a *app) roomResolveCommand() *cobra.Command {
	var keep string
	cmd := &cobra.Command{
		Use:   "resolve [flags] FILE",
		Short: "Decide a conflict",
		Long: `Decide which text a file is to have that was changed here and in its room. The
text that is not kept stays in the room's history.

  --keep mine    the text in the folder
  --keep theirs  the room's
  --keep both    both, one after the other where they differ
  --keep merged  the text in the folder, which you have merged by hand
  --keep show    decide nothing: print both texts between markers

EXIT STATUS
  0  it is decided
  2  wrong use, or there is no conflict
  3  the server cannot be reached; the decision is kept and sent later`,
		Args: exactlyOne("the file"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.resolve(cmd.Context(), args[0], keep) },
	}
	cmd.Flags().StringVar(&keep, "keep", "show", "mine, theirs, both, merged or show")
	return cmd
}

func (a *app) resolve(ctx context.Context, file, keep string) error {
	rooms, err := a.rooms()
	if err != nil {
		return err
	}
	path, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("finding %s: %w", file, err)
	}
	all, err := rooms.Status()
	if err != nil {
		return err
	}
	for _, st := range all {
		for _, c := range st.Conflicts {
			if c.Path != path {
				continue
			}
			if keep == "show" {
				_, err := a.out.Write(share.Marked(c))
				return err
			}
			var merged []byte
			if share.Choice(keep) == share.Merged {
				if merged, err = os.ReadFile(path); err != nil {
					return fmt.Errorf("reading the merged text: %w", err)
				}
			}
			if err := rooms.Resolve(ctx, st, c.Slot, share.Choice(keep), merged); err != nil {
				return err
			}
			_, failed := rooms.Sync(ctx, st.Room)
			if _, err := fmt.Fprintf(a.out, "%s is decided\n", filepath.Base(path)); err != nil {
				return err
			}
			return remoteError(failed)
		}
	}
	return fmt.Errorf("%s has no conflict that waits for a decision", file)
}

func (a *app) roomLeaveCommand() *cobra.Command {
	var local bool
	cmd := &cobra.Command{
		Use:   "leave [flags] ROOM",
		Short: "Leave a room",
		Long: `Take a folder out of its room, and leave the room. With --local you stay a
member, and can bring the room back with "room join". The files stay where
they are.

EXIT STATUS
  0  it is left
  2  wrong use, or you are the room's last owner
  3  the server cannot be reached`,
		Args: exactlyOne("the room"),
		RunE: func(cmd *cobra.Command, args []string) error {
			rooms, err := a.rooms()
			if err != nil {
				return err
			}
			st, err := rooms.Find(args[0])
			if err != nil {
				return err
			}
			if err := rooms.Leave(cmd.Context(), st, !local); err != nil {
				return remoteError(err)
			}
			_, err = fmt.Fprintf(a.out, "%s is no folder of the room %q any more; its files stay\n", st.Dir, st.Title)
			return err
		},
	}
	cmd.Flags().BoolVar(&local, "local", false, "only take the folder out")
	return cmd
}
