// Package share is what a person can do with shared rooms from this machine: sign
// in, share a problem, join a room by its link, leave it, look how it stands, and
// decide conflicts. The command line and the editors' server offer the same.
//
// It joins remote/client, which talks to the server, with remote/sync, which keeps
// folders and rooms the same. Start reading at Service.
package share

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	gosync "sync"
	"unicode"

	"go.uber.org/zap"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/remote/api"
	"stresstester/remote/client"
	"stresstester/remote/merge"
	"stresstester/remote/sync"
)

// Config says where a Service keeps things.
type Config struct {
	Getenv func(string) string
	// Agent is told to servers, such as stresstester/1.2.
	Agent string
	// Tell is given sentences for people that nobody asked for; it may be nil.
	Tell func(string)
	// Log may be nil.
	Log *zap.Logger
}

// Service is the shared rooms of this machine's user.
type Service struct {
	Syncer  *sync.Syncer
	State   *sync.State
	Servers client.Servers

	config Config
	vault  *client.Vault

	mu    gosync.Mutex
	links map[string]*link
}

// tokenVariable holds a personal access token, for machines where nobody signs in.
const tokenVariable = "STRESSTESTER_TOKEN"

// New makes the service; it touches the disk only where there is something.
func New(c Config) (*Service, error) {
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	configDir, err := client.ConfigDir(c.Getenv)
	if err != nil {
		return nil, err
	}
	stateDir, err := client.StateDir(c.Getenv)
	if err != nil {
		return nil, err
	}
	state := sync.OpenState(filepath.Join(stateDir, "rooms"))
	s := &Service{
		State: state, Servers: client.Servers{Dir: configDir}, config: c, links: map[string]*link{},
		vault: &client.Vault{Dir: configDir, FileOnly: c.Getenv("STRESSTESTER_KEYRING") == "off", Fallback: func(path string, why error) {
			if c.Tell != nil {
				c.Tell(fmt.Sprintf("your sign-in is kept in %s, which only you can read: %v", path, why))
			}
		}},
	}
	s.Syncer = &sync.Syncer{State: state, Log: c.Log, Connect: func(server string) (sync.Link, error) { return s.link(server), nil }}
	return s, nil
}

// link is the way to a server.
type link struct{ *client.Client }

// Feed implements sync.Link.
func (l *link) Feed(connected func(bool), poke func(api.Poke), presence func(api.Presence)) sync.Feed {
	return &client.Feed{Client: l.Client, Connected: connected, Poke: poke, Presence: presence}
}

func (s *Service) link(server string) *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.links[server]
	if !ok {
		l = &link{&client.Client{Base: server, Agent: s.config.Agent, Token: s.tokens(server)}}
		s.links[server] = l
	}
	return l
}

func (s *Service) tokens(server string) client.TokenSource {
	if token := s.config.Getenv(tokenVariable); token != "" {
		return client.FixedToken(token)
	}
	return &client.Signed{Server: server, Vault: s.vault, OAuth: &client.OAuth{Server: server}}
}

// Login signs in to a server, the default one if none is named.
func (s *Service) Login(ctx context.Context, server string, ask client.Asking) (client.Account, error) {
	var none client.Account
	if server == "" {
		a, err := s.Servers.Find("")
		if err != nil {
			return none, errors.New("which server? stresstester login https://stress.example.org")
		}
		server = a.Server
	}
	server, err := client.Normalize(server)
	if err != nil {
		return none, err
	}
	oauth := &client.OAuth{Server: server}
	c, err := oauth.Login(ctx, ask)
	if err != nil {
		return none, err
	}
	account, err := oauth.Whoami(ctx, c.Access)
	if err != nil {
		return none, err
	}
	if before, err := s.vault.Load(server); err == nil {
		// The sign-in that is replaced should not stay on the page of devices.
		_ = oauth.Revoke(ctx, before.Refresh)
	}
	if err := s.vault.Save(server, c); err != nil {
		return none, err
	}
	s.mu.Lock()
	delete(s.links, server)
	s.mu.Unlock()
	if err := s.Servers.Add(account); err != nil {
		return none, err
	}
	s.Syncer.Poke()
	return account, nil
}

// Logout signs out of a server, the default one if none is named. Folders and rooms
// stay. told is false when the server could not be told; it then forgets by itself,
// later.
func (s *Service) Logout(ctx context.Context, server string) (a client.Account, told bool, err error) {
	if a, err = s.Servers.Find(server); err != nil {
		return a, false, err
	}
	if c, err := s.vault.Load(a.Server); err == nil {
		told = (&client.OAuth{Server: a.Server}).Revoke(ctx, c.Refresh) == nil
	}
	if err := s.vault.Delete(a.Server); err != nil {
		return a, told, err
	}
	s.mu.Lock()
	delete(s.links, a.Server)
	s.mu.Unlock()
	return a, told, s.Servers.Remove(a.Server)
}

// Account is who is signed in to a server, the default one if none is named. With a
// token in the environment the server must be named the first time, by
// STRESSTESTER_SERVER.
func (s *Service) Account(ctx context.Context, server string) (client.Account, error) {
	if s.config.Getenv(tokenVariable) == "" {
		return s.Servers.Find(server)
	}
	if server == "" {
		server = s.config.Getenv("STRESSTESTER_SERVER")
	}
	if server == "" {
		return s.Servers.Find("")
	}
	server, err := client.Normalize(server)
	if err != nil {
		return client.Account{}, err
	}
	return (&client.OAuth{Server: server}).Whoami(ctx, s.config.Getenv(tokenVariable))
}

// Room is a room as it is listed: on the server, on this machine, or both.
type Room struct {
	ID, Title, Server string
	Role              api.Role
	// Remote is what the server says; nil where it was not asked or does not have it.
	Remote *api.Room
	// Local is how the folder stands; nil where the room has none here.
	Local *sync.Status
}

// List lists the user's rooms. When the server cannot be asked, the rooms that have
// a folder here are listed, and the error says why there are no others.
func (s *Service) List(ctx context.Context, server string) (rooms []Room, remote error, err error) {
	local, err := s.Status()
	if err != nil {
		return nil, nil, err
	}
	byID := map[string]*sync.Status{}
	for i := range local {
		byID[local[i].Room] = &local[i]
	}
	account, remote := s.Account(ctx, server)
	if remote == nil {
		var list []api.Room
		list, remote = s.link(account.Server).Rooms(ctx)
		for i := range list {
			r := &list[i]
			rooms = append(rooms, Room{ID: r.ID, Title: r.Title, Server: account.Server, Role: r.Role, Remote: r, Local: byID[r.ID]})
			delete(byID, r.ID)
		}
	}
	for i := range local {
		if st := &local[i]; byID[st.Room] != nil {
			rooms = append(rooms, Room{ID: st.Room, Title: st.Title, Server: st.Server, Role: st.Role, Local: st})
		}
	}
	return rooms, remote, nil
}

// Status is how every room with a folder here stands.
func (s *Service) Status() ([]sync.Status, error) {
	var bound []sync.Binding
	err := s.State.View(func(tx *sync.Tx) (err error) {
		bound, err = tx.Rooms()
		return err
	})
	if err != nil {
		return nil, err
	}
	var all []sync.Status
	for _, b := range bound {
		st, err := s.Syncer.Status(b.Room)
		if errors.Is(err, sync.ErrNotBound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, st)
	}
	return all, nil
}

// Of is the room that a file belongs to: the one of its problem, or else the only
// one of its folder.
func (s *Service) Of(path string) (sync.Status, error) {
	all, err := s.Status()
	if err != nil {
		return sync.Status{}, err
	}
	var inFolder []sync.Status
	for _, st := range all {
		if path != st.Dir && !strings.HasPrefix(path, st.Dir+string(filepath.Separator)) {
			continue
		}
		base := filepath.Base(path)
		if strings.TrimSuffix(base, filepath.Ext(base)) == st.Problem {
			return st, nil
		}
		inFolder = append(inFolder, st)
	}
	if len(inFolder) == 0 {
		return sync.Status{}, fmt.Errorf("%s is not shared: stresstester room share %s", filepath.Base(path), path)
	}
	// Of several problems in one folder, the one whose name the file's begins with.
	slices.SortFunc(inFolder, func(a, b sync.Status) int { return len(b.Problem) - len(a.Problem) })
	for _, st := range inFolder {
		if strings.HasPrefix(filepath.Base(path), st.Problem) {
			return st, nil
		}
	}
	return inFolder[0], nil
}

// Find is the room of that ID, title or folder, or that the file belongs to.
func (s *Service) Find(name string) (sync.Status, error) {
	all, err := s.Status()
	if err != nil {
		return sync.Status{}, err
	}
	var found []sync.Status
	for _, st := range all {
		if st.Room == name || st.Title == name || st.Dir == name {
			found = append(found, st)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return found[0], fmt.Errorf("several rooms are called %q; name one by its ID: stresstester room list", name)
	}
	if abs, err := filepath.Abs(name); err == nil {
		return s.Of(abs)
	}
	return sync.Status{}, fmt.Errorf("no room called %q has a folder here: stresstester room list", name)
}

// Share makes a room of the problem that the tested file belongs to, or returns the
// one that there is.
func (s *Service) Share(ctx context.Context, tested, title, server string) (sync.Status, error) {
	r, err := room.Open(room.Disk{}, tested, nil)
	if err != nil {
		return sync.Status{}, err
	}
	all, err := s.Status()
	if err != nil {
		return sync.Status{}, err
	}
	for _, st := range all {
		if st.Dir == r.Dir && st.Problem == r.Name {
			return s.begin(ctx, st.Binding)
		}
	}
	account, err := s.Account(ctx, server)
	if err != nil {
		return sync.Status{}, err
	}
	if title == "" {
		title = defaultTitle(r.Name, r.Dir)
	}
	return s.begin(ctx, sync.Binding{
		Room: api.NewID(), Server: account.Server, User: account.User, Title: title, Dir: r.Dir, Problem: r.Name,
		Role: api.Owner, Status: api.RoomOK,
	})
}

// begin makes the room, unless it is there, binds it and brings its files.
func (s *Service) begin(ctx context.Context, b sync.Binding) (sync.Status, error) {
	if b.Rev == 0 {
		key, err := s.key()
		if err != nil {
			return sync.Status{}, err
		}
		if _, err := s.link(b.Server).CreateRoom(ctx, key, api.CreateRoom{ID: b.Room, Title: b.Title}); err != nil {
			return sync.Status{}, fmt.Errorf("making a room of %q: %w", b.Title, err)
		}
	}
	return s.bind(ctx, b)
}

// key names a request of this machine's.
func (s *Service) key() (k api.IdempotencyKey, err error) {
	return k, s.State.Update(func(tx *sync.Tx) error {
		if k.Device, err = tx.Device(); err != nil {
			return err
		}
		k.N, err = tx.Next()
		return err
	})
}

// bind ties a room to a folder and syncs it once.
func (s *Service) bind(ctx context.Context, b sync.Binding) (sync.Status, error) {
	if err := s.State.Update(func(tx *sync.Tx) error { return tx.PutRoom(b) }); err != nil {
		return sync.Status{}, err
	}
	if err := s.sync(ctx, b, false); err != nil {
		s.config.Log.Info("the first sync of a room did not end", zap.Error(err))
	}
	s.Syncer.Poke()
	return s.Syncer.Status(b.Room)
}

// sync syncs a room in this process, whoever else does. With all of it, what the server
// refused before is tried again.
func (s *Service) sync(ctx context.Context, b sync.Binding, all bool) error {
	replica, err := sync.NewReplica(s.State, s.link(b.Server), b.Room, sync.FolderOf(b, s.Syncer.Editors))
	if err != nil {
		return err
	}
	replica.Keep = sync.KeepIn(s.State.Dir(), b)
	if all {
		if err := replica.Retry(); err != nil {
			return err
		}
	}
	return replica.Sync(ctx)
}

// Sync syncs the room of that name, or all of them, now.
func (s *Service) Sync(ctx context.Context, only string) ([]sync.Status, error) {
	all, err := s.Status()
	if err != nil {
		return nil, err
	}
	if only != "" {
		st, err := s.Find(only)
		if err != nil {
			return nil, err
		}
		all = []sync.Status{st}
	}
	var failed error
	for i, st := range all {
		if err := s.sync(ctx, st.Binding, true); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", st.Title, err))
		}
		if all[i], err = s.Syncer.Status(st.Room); err != nil {
			return nil, err
		}
	}
	return all, failed
}

// Invite makes a link by which others can join.
func (s *Service) Invite(ctx context.Context, st sync.Status, n api.NewInvite) (string, api.Invite, error) {
	key, err := s.key()
	if err != nil {
		return "", api.Invite{}, err
	}
	invite, err := s.link(st.Server).Invite(ctx, st.Room, key, n)
	if err != nil {
		return "", invite, fmt.Errorf("inviting to %q: %w", st.Title, err)
	}
	return inviteLink(st.Server, invite.Token), invite, nil
}

// inviteLink carries the token behind the #, which no browser sends and no server
// logs.
func inviteLink(server, token string) string { return server + "/invite#" + token }

// target is what somebody wants to join.
type target struct{ server, room, token string }

// readTarget understands an invite's link, a room's address and a room's ID.
func readTarget(text string) (target, error) {
	text = strings.TrimSpace(text)
	if api.ValidID(text) {
		return target{room: text}, nil
	}
	address, fragment, _ := strings.Cut(text, "#")
	base, rest, ok := cutServer(address)
	if !ok {
		return target{}, fmt.Errorf("%q is not a room's link; it looks like https://stress.example.org/invite#…", text)
	}
	server, err := client.Normalize(base)
	if err != nil {
		return target{}, err
	}
	parts := strings.FieldsFunc(rest, func(r rune) bool { return r == '/' })
	switch {
	case fragment != "":
		return target{server: server, token: fragment}, nil
	case len(parts) > 0 && api.ValidID(parts[len(parts)-1]):
		return target{server: server, room: parts[len(parts)-1]}, nil
	case len(parts) > 1:
		return target{server: server, token: parts[len(parts)-1]}, nil
	}
	return target{}, fmt.Errorf("%q leads to a server but to no room; it looks like https://stress.example.org/invite#…", text)
}

// cutServer separates https://host from the path.
func cutServer(address string) (base, rest string, ok bool) {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return "", "", false
	}
	host, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "?")
	return scheme + "://" + host, path, host != ""
}

// Join brings a room into a new folder below parent, or into the given folder.
func (s *Service) Join(ctx context.Context, what, parent, folder string) (sync.Status, error) {
	t, err := readTarget(what)
	if err != nil {
		return sync.Status{}, err
	}
	account, err := s.Account(ctx, t.server)
	if err != nil {
		return sync.Status{}, err
	}
	l := s.link(account.Server)
	var detail api.RoomDetail
	if t.token != "" {
		key, keyErr := s.key()
		if keyErr != nil {
			return sync.Status{}, keyErr
		}
		detail, err = l.AcceptInvite(ctx, key, t.token)
		var p *api.Problem
		if errors.As(err, &p) && p.Status == http.StatusNotFound {
			return sync.Status{}, errors.New("the invitation is not valid any more; ask for a new link")
		}
	} else {
		detail, err = l.Room(ctx, t.room)
	}
	if err != nil {
		return sync.Status{}, fmt.Errorf("joining: %w", err)
	}
	if st, err := s.Syncer.Status(detail.ID); err == nil {
		return s.bind(ctx, st.Binding) // it has a folder here
	}
	name := problemName(detail)
	if folder == "" {
		if folder, err = freeFolder(parent, folderName(detail.Title)); err != nil {
			return sync.Status{}, err
		}
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return sync.Status{}, fmt.Errorf("finding the folder: %w", err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return sync.Status{}, fmt.Errorf("making the room's folder: %w", err)
	}
	return s.bind(ctx, sync.Binding{
		Room: detail.ID, Server: account.Server, User: account.User, Title: detail.Title, Dir: folder, Problem: name,
		Role: detail.Role, Status: api.RoomOK,
	})
}

// problemName is the name of the tested file without its extension.
func problemName(r api.RoomDetail) string {
	for _, f := range r.Files {
		if f.Slot == api.RoleSlot(problem.Tested) && api.ValidateFileName(f.Name) == nil && !strings.HasPrefix(f.Name, ".") {
			return strings.TrimSuffix(f.Name, filepath.Ext(f.Name))
		}
	}
	return "sol"
}

// defaultTitle is what a room is called whose owner does not say: as the problem,
// or as its folder where everybody's problem has that name.
func defaultTitle(name, dir string) string {
	switch folder := filepath.Base(dir); name {
	case "sol", "solution", "main":
		if folder != "." && folder != string(filepath.Separator) {
			return folder
		}
	}
	return name
}

// folderName makes a folder's name of a title.
func folderName(title string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '-', r == '_':
			return r
		}
		return '_'
	}, title)
	if name = strings.Trim(name, "_"); name == "" {
		return "room"
	}
	if runes := []rune(name); len(runes) > 60 {
		name = string(runes[:60])
	}
	return name
}

// freeFolder is a name below parent that nothing has.
func freeFolder(parent, name string) (string, error) {
	for n := 1; ; n++ {
		path := filepath.Join(parent, name)
		if n > 1 {
			path = fmt.Sprintf("%s-%d", path, n)
		}
		entries, err := os.ReadDir(path)
		switch {
		case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
			return path, nil
		case err != nil && !errors.Is(err, fs.ErrExist) && n > 100:
			return "", fmt.Errorf("finding a folder for the room: %w", err)
		}
	}
}

// Leave takes the folder out of its room; the files stay. With forGood the user is
// no member any more, either.
func (s *Service) Leave(ctx context.Context, st sync.Status, forGood bool) error {
	if forGood {
		user := st.User
		if user == "" {
			account, err := s.Account(ctx, st.Server)
			if err != nil {
				return err
			}
			user = account.User
		}
		err := s.link(st.Server).Leave(ctx, st.Room, user)
		var p *api.Problem
		switch {
		case errors.As(err, &p) && p.Code == api.CodeLastOwner:
			return fmt.Errorf("you are the last owner of %q: make somebody else one or delete the room at %s/rooms/%s, or only take the folder out: stresstester room leave --local", st.Title, st.Server, st.Room)
		case errors.As(err, &p) && (p.Status == http.StatusNotFound || p.Status == http.StatusGone):
			// It is left already.
		case err != nil:
			return fmt.Errorf("leaving %q: %w", st.Title, err)
		}
	}
	return s.State.Update(func(tx *sync.Tx) error { return tx.Forget(st.Room) })
}

// Choice is how a conflict is decided.
type Choice string

// The choices.
const (
	Mine   Choice = "mine"
	Theirs Choice = "theirs"
	Both   Choice = "both"
	// Merged takes the text that is in the folder now, which somebody has merged.
	Merged Choice = "merged"
)

// Resolve decides the conflict of a room's file. merged is the text of the choice
// Merged.
func (s *Service) Resolve(ctx context.Context, st sync.Status, slot api.Slot, choice Choice, merged []byte) error {
	i := slices.IndexFunc(st.Conflicts, func(c sync.ConflictStatus) bool { return c.Slot == slot })
	if i < 0 {
		return fmt.Errorf("%s of %q has no conflict that waits for a decision", slot, st.Title)
	}
	c := st.Conflicts[i]
	now, err := decide(c, choice, merged)
	if err != nil {
		return err
	}
	replica, err := sync.NewReplica(s.State, s.link(st.Server), st.Room, sync.FolderOf(st.Binding, s.Syncer.Editors))
	if err != nil {
		return err
	}
	replica.Keep = sync.KeepIn(s.State.Dir(), st.Binding)
	if err := replica.Resolve(slot, now); err != nil {
		return err
	}
	err = replica.Apply()
	s.Syncer.Poke()
	return err
}

func decide(c sync.ConflictStatus, choice Choice, merged []byte) (sync.Content, error) {
	mine, theirs := c.Mine, c.Theirs.Content
	switch choice {
	case Mine:
		return mine, nil
	case Theirs:
		return theirs, nil
	case Both:
		switch {
		case mine.Deleted:
			return theirs, nil
		case theirs.Deleted:
			return mine, nil
		}
		return sync.Content{Name: mine.Name, Text: merge.Texts(c.Base.Text, mine.Text, theirs.Text).Both()}, nil
	case Merged:
		if merge.HasMarkers(merged) {
			return mine, errors.New("there are conflict markers left; decide those places first")
		}
		name := mine.Name
		if mine.Deleted {
			name = theirs.Name
		}
		return sync.Content{Name: name, Text: merged}, nil
	}
	return mine, fmt.Errorf("%q is no decision; it is mine, theirs, both or merged", choice)
}

// Marked is a conflict's text with markers around every place to be decided.
func Marked(c sync.ConflictStatus) []byte {
	return merge.Texts(c.Base.Text, c.Mine.Text, c.Theirs.Content.Text).Marked(merge.Labels{
		Mine: "mine, on this machine", Base: "before", Theirs: fmt.Sprintf("theirs, revision %d of the room", c.Theirs.Rev),
	})
}
