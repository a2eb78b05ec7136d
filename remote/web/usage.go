package web

import (
	"net/http"
	"strings"

	"stresstester/remote/api"
	"stresstester/remote/auth"
	"stresstester/remote/postgres/roomsdb"
	"stresstester/remote/rooms"
)

// counted is one line of a page about what is used.
type counted struct {
	Text, Note  string
	Used, Limit string
	// Percent of the limit, -1 where there is none.
	Percent int64
	Full    bool
}

// usageTexts say what the things are that users take.
var usageTexts = map[string][2]string{
	"rooms_per_user":  {"Rooms", "that you made; a room that you delete makes place for another"},
	"user_bytes":      {"Storage", "everything kept in the rooms that you made: files with their history, reports of runs, counterexamples"},
	"current_bytes":   {"Of that, files as they are now", ""},
	"deleted_rooms":   {"Deleted rooms", "that can still be restored; they count as storage until they are purged"},
	"other_rooms":     {"Rooms of others", "that you are a member of; they count for those who made them"},
	"runs":            {"Recorded runs", ""},
	"counterexamples": {"Counterexamples", ""},
	"devices":         {"Devices and sessions", "where you are signed in"},
	"personal_tokens": {"Personal access tokens", ""},
	"feeds_per_user":  {"Open change feeds", "editors that listen for changes, at this server process"},
}

func countedOf(items []api.UsageItem) []counted {
	var lines []counted
	for _, item := range items {
		text, ok := usageTexts[item.Name]
		if !ok {
			continue
		}
		line := counted{Text: text[0], Note: text[1], Percent: -1}
		show := thousands
		if item.Bytes {
			show = size
		}
		line.Used = show(item.Used)
		if item.Limit > 0 {
			line.Limit = show(item.Limit)
			line.Percent = min(100*item.Used/item.Limit, 100)
			line.Full = item.Used*10 >= item.Limit*9
		}
		lines = append(lines, line)
	}
	return lines
}

// bound is one limit of the server.
type bound struct{ Text, Value string }

// boundsOf are the limits of one room, one file, one request, for people.
func boundsOf(l api.Limits) []bound {
	perMinute := "no bound"
	if l.RequestsPerMin > 0 {
		perMinute = thousands(int64(l.RequestsPerMin))
	}
	return []bound{
		{"A source file", size(int64(l.FileBytes))}, {"A saved test's input or answer", size(int64(l.TestBytes))},
		{"All files of a room", size(int64(l.RoomBytes))}, {"Helper files of a room", thousands(int64(l.IncludesPerRoom))},
		{"Files of saved tests of a room", thousands(int64(l.TestsPerRoom))}, {"Report of a run, or a counterexample", size(int64(l.ReportBytes))},
		{"Members of a room", thousands(int64(l.MembersPerRoom))}, {"Invitations, and links, of a room", thousands(int64(l.Invites))},
		{"Conflicts of a room that wait", thousands(int64(l.OpenConflicts))}, {"Requests a minute", perMinute},
		{"Every version of a file is kept for", plural(l.RevisionDays, "day", "days")}, {"and, however old, the newest", thousands(int64(l.RevisionCount))},
		{"A deleted room can be restored for", plural(l.TombstoneDays, "day", "days")},
	}
}

func (p *Pages) usage(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	u, err := p.Rooms.Usage(r.Context(), rooms.ActorOf(who))
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	p.render(w, r, http.StatusOK, "usage", view{Title: "Usage", Active: "usage", Data: struct {
		Lines  []counted
		Bounds []bound
	}{countedOf(u.Items), boundsOf(p.Rooms.Limits())}})
}

// mostHeavy is how many users are listed whose rooms hold most.
const mostHeavy = 10

type heavyUser struct{ Name, Rooms, Bytes string }

func (p *Pages) totals(w http.ResponseWriter, r *http.Request, _ auth.Principal) {
	t, most, err := p.Rooms.Totals(r.Context(), mostHeavy)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	var heavy []heavyUser
	for _, h := range most {
		heavy = append(heavy, heavyUser{h.Name, thousands(h.Rooms), size(h.Bytes)})
	}
	limits := p.Rooms.Limits()
	perUser := []bound{{"Rooms of a user", thousands(int64(limits.RoomsPerUser))}, {"Storage of a user", "no bound"}, {"Change feeds of a user, at one process", thousands(int64(limits.FeedsPerUser))}}
	if limits.UserBytes > 0 {
		perUser[1].Value = size(limits.UserBytes)
	}
	p.render(w, r, http.StatusOK, "admin-usage", view{Title: "Usage", Active: "totals", Data: struct {
		Lines  []counted
		Heavy  []heavyUser
		Bounds []bound
	}{totalLines(&t), heavy, append(perUser, boundsOf(limits)...)}})
}

func totalLines(t *roomsdb.Totals) []counted {
	line := func(text, note, used string) counted { return counted{Text: text, Note: note, Used: used, Percent: -1} }
	return []counted{
		line("Users", thousands(t.Active)+" of them seen within 30 days", thousands(t.Users)),
		line("Devices and sessions", "and "+plural(int(t.Tokens), "personal access token", "personal access tokens"), thousands(t.Devices)),
		line("Rooms", "and "+thousands(t.DeletedRooms)+" deleted that can still be restored", thousands(t.Rooms)),
		line("Revisions", "changes of all rooms", thousands(t.Revisions)),
		line("Conflicts", "that wait for a decision", thousands(t.Conflicts)),
		line("Recorded runs", "", thousands(t.Runs)),
		line("Counterexamples", "", thousands(t.Counterexamples)),
		line("Files as they are now", "", size(t.Current)),
		line("Contents on the disk", "with their history, reports and indexes, as Postgres stores them", size(t.Contents)),
		line("Database", "everything in it", size(t.Database)),
	}
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	if n < 0 {
		return "-" + thousands(-n)
	}
	if n < 1000 {
		return decimal(n)
	}
	rest := decimal(n % 1000)
	return thousands(n/1000) + "," + strings.Repeat("0", 3-len(rest)) + rest
}
