// Package command declares the server's commands, each in one place: its name,
// title, parameters, result and what it does for people. What the server
// advertises, how it finds the handler of a call, and the tables in
// docs/protocol.md all follow from here.
//
// It knows no handler: the server implements Handlers. Start reading at All.
package command

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Handlers carries the commands out. Every method is one command, declared in
// All.
type Handlers interface {
	Run(context.Context, RunParams) (RunResult, error)
	Stop(context.Context, StopParams) (StopResult, error)
	Runs(context.Context, RunsParams) (RunsResult, error)
	Shrink(context.Context, ShrinkParams) (RunResult, error)
	Stats(context.Context, StatsParams) (StatsResult, error)
	Room(context.Context, RoomParams) (RoomResult, error)
	CreateFiles(context.Context, CreateFilesParams) (CreateFilesResult, error)
	OpenCounterexample(context.Context, OpenCounterexampleParams) (OpenCounterexampleResult, error)
	OpenDifference(context.Context, FailureParams) (OpenDifferenceResult, error)
	Explain(context.Context, FailureParams) (ExplainResult, error)
	Watch(context.Context, WatchParams) (WatchResult, error)
	SaveTest(context.Context, SaveTestParams) (SaveTestResult, error)
	DeleteTest(context.Context, DeleteTestParams) (DeleteTestResult, error)
	SpecPreview(context.Context, SpecPreviewParams) (SpecPreviewResult, error)
	Doctor(context.Context, DoctorParams) (DoctorResult, error)
	Login(context.Context, LoginParams) (LoginResult, error)
	Logout(context.Context, LogoutParams) (LogoutResult, error)
	RoomsList(context.Context, RoomsListParams) (RoomsListResult, error)
	RoomsStatus(context.Context, RoomsStatusParams) (RoomsStatusResult, error)
	RoomsShare(context.Context, RoomsShareParams) (RoomsShareResult, error)
	RoomsJoin(context.Context, RoomsJoinParams) (RoomsJoinResult, error)
	RoomsSync(context.Context, RoomsSyncParams) (RoomsStatusResult, error)
	RoomsLeave(context.Context, RoomsLeaveParams) (RoomsLeaveResult, error)
	RoomsResolve(context.Context, RoomsResolveParams) (RoomsResolveResult, error)
	RoomsOpenConflict(context.Context, RoomsOpenConflictParams) (RoomsOpenConflictResult, error)
}

// The commands' names.
const (
	Run                = "stresstester.run"
	Stop               = "stresstester.stop"
	Runs               = "stresstester.runs"
	Shrink             = "stresstester.shrink"
	Stats              = "stresstester.stats"
	Room               = "stresstester.room"
	CreateFiles        = "stresstester.createFiles"
	OpenCounterexample = "stresstester.openCounterexample"
	OpenDifference     = "stresstester.openDifference"
	Explain            = "stresstester.explain"
	Watch              = "stresstester.watch"
	SaveTest           = "stresstester.saveTest"
	DeleteTest         = "stresstester.deleteTest"
	SpecPreview        = "stresstester.spec.preview"
	Doctor             = "stresstester.doctor"
	Login              = "stresstester.login"
	Logout             = "stresstester.logout"
	RoomsList          = "stresstester.rooms.list"
	RoomsStatus        = "stresstester.rooms.status"
	RoomsShare         = "stresstester.rooms.share"
	RoomsJoin          = "stresstester.rooms.join"
	RoomsSync          = "stresstester.rooms.sync"
	RoomsLeave         = "stresstester.rooms.leave"
	RoomsResolve       = "stresstester.rooms.resolve"
	RoomsOpenConflict  = "stresstester.rooms.openConflict"
)

// All is every command that works, in the order in which they are documented.
func All() []Command {
	return []Command{
		declare(Run, "Run stress test", Handlers.Run,
			"Starts a stress test of the document, on the buffers as they are at this moment, and returns at once. A second run of the same document stops the first; runs of different documents go on side by side."),
		declare(Stop, "Stop stress test", Handlers.Stop,
			"Stops runs and returns at once; what they found so far is kept. Without parameters all runs of this editor are stopped; a run that is named may be another editor's."),
		declare(Runs, "List runs", Handlers.Runs,
			"Lists the runs of all editors that share this server, the newest first."),
		declare(Shrink, "Shrink counterexample", Handlers.Shrink,
			"Makes a failing input smaller, as a run of its own. Without an input it takes the document's last counterexample."),
		declare(Stats, "Show a run's result", Handlers.Stats,
			"Returns all that is known of a run: its progress and, once it has ended, its result. Without a run it takes the document's last one."),
		declare(Room, "Show the files of a problem", Handlers.Room,
			"Tells which file plays which role for the document, what is missing, and which tests are saved."),
		declare(CreateFiles, "Create missing files", Handlers.CreateFiles,
			"Creates a brute force, generator, checker and so on from templates. Files that exist are never touched."),
		declare(OpenCounterexample, "Open counterexample", Handlers.OpenCounterexample,
			"Shows a counterexample's input (or its expected or actual output) in the editor. A client that cannot show documents is told the path."),
		declare(OpenDifference, "Open difference", Handlers.OpenDifference,
			"Shows expected and actual output beside each other: by stresstester/diff in a client that wishes it, otherwise in a document."),
		declare(Explain, "Explain failure", Handlers.Explain,
			"Shows all that is known about a failing test in a document. When its run did not look for the line at fault, one that does is started."),
		declare(Watch, "Run at every save", Handlers.Watch,
			"Starts, or ends, running a document's stress test whenever one of its files is saved. Saved tests, which are earlier failures, come first in every run."),
		declare(SaveTest, "Save as test", Handlers.SaveTest,
			"Saves a counterexample, or any input, among the problem's tests, which are run first from then on."),
		declare(DeleteTest, "Delete test", Handlers.DeleteTest,
			"Moves a saved test to the trash in .stresstester."),
		declare(SpecPreview, "Preview samples of a spec", Handlers.SpecPreview,
			"Makes a few inputs that follow a spec, which need not be saved."),
		declare(Doctor, "Check the installation", Handlers.Doctor,
			"Checks the installation and says what to do where something does not work."),
		declare(Login, "Sign in to a server", Handlers.Login,
			"Signs in to a shared server in the browser, or with a code that is typed in on any device, and answers when that is done. Where to go is always told by a message, too."),
		declare(Logout, "Sign out of a server", Handlers.Logout,
			"Signs out of a shared server. Folders and rooms stay as they are."),
		declare(RoomsList, "List shared rooms", Handlers.RoomsList,
			"Lists the user's rooms, on the server and on this machine. Where the server cannot be asked, those with a folder here are listed."),
		declare(RoomsStatus, "Show how shared rooms stand", Handlers.RoomsStatus,
			"Tells how the rooms with a folder on this machine stand, without asking the server."),
		declare(RoomsShare, "Share a problem", Handlers.RoomsShare,
			"Makes a room of the document's problem, unless it is one, and a link by which others can join."),
		declare(RoomsJoin, "Join a shared room", Handlers.RoomsJoin,
			"Brings a room into a folder of this machine, by an invitation's link or by the room's own address."),
		declare(RoomsSync, "Sync shared rooms", Handlers.RoomsSync,
			"Syncs a room, or all of them, now. They are anyway, by themselves."),
		declare(RoomsLeave, "Leave a shared room", Handlers.RoomsLeave,
			"Takes the folder out of its room, and the user too unless local is set. The files stay."),
		declare(RoomsResolve, "Decide a conflict", Handlers.RoomsResolve,
			"Decides a conflict between this machine's text and the room's."),
		declare(RoomsOpenConflict, "Open a conflict", Handlers.RoomsOpenConflict,
			"Opens a document with both sides of a conflict between markers. Once it is edited, rooms.resolve with merged takes it."),
	}
}

// Names are the names of All, for the server's capabilities.
func Names() []string {
	var names []string
	for _, c := range All() {
		names = append(names, c.Name)
	}
	return names
}

// Command is one command's declaration.
type Command struct {
	// Name is what a client executes.
	Name string
	// Title is what people see.
	Title string
	// Doc is a sentence or two for docs/protocol.md.
	Doc string

	params, result reflect.Type
	call           func(context.Context, Handlers, []byte) (any, error)
}

func declare[P, R any](name, title string, method func(Handlers, context.Context, P) (R, error), doc string) Command {
	return Command{
		Name: name, Title: title, Doc: doc,
		params: reflect.TypeFor[P](), result: reflect.TypeFor[R](),
		call: func(ctx context.Context, h Handlers, data []byte) (any, error) {
			var p P
			if err := decode(data, &p); err != nil {
				return nil, fmt.Errorf("%w: %s: %w", ErrParams, name, err)
			}
			return method(h, ctx, p)
		},
	}
}

// Dispatch decodes the arguments of the named command, which are none or one JSON
// object, and carries it out. The result is encoded as the command line's JSON is.
func Dispatch(ctx context.Context, h Handlers, name string, arguments [][]byte) (json.RawMessage, error) {
	c, err := find(name)
	if err != nil {
		return nil, err
	}
	var data []byte
	switch len(arguments) {
	case 0:
	case 1:
		data = arguments[0]
	default:
		return nil, fmt.Errorf("%w: %s takes one object, not %d arguments", ErrParams, name, len(arguments))
	}
	result, err := c.call(ctx, h, data)
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("encoding the result of %s: %w", name, err)
	}
	return encoded, nil
}

func find(name string) (Command, error) {
	for _, c := range All() {
		if c.Name == name {
			return c, nil
		}
	}
	return Command{}, fmt.Errorf("%w: command %q is not known; %s", ErrUnknown, name, knownWords(name, Names(), "commands"))
}

// knownWords suggests the one that was meant, or lists all.
func knownWords(word string, known []string, what string) string {
	if near, ok := nearest(word, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return fmt.Sprintf("the %s are %s", what, strings.Join(known, ", "))
}
