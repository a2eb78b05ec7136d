package rooms

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

// list answers one page: read is asked for one item more than the page holds, allow decides on
// what read found out about the room, at tells where an item stands.
func list[T, L any](s *Service, cursor string, limit int,
	read func(after roomsdb.Cursor, n int) ([]T, roomsdb.Access, error), allow roomsdb.Allow,
	at func(T) roomsdb.Cursor, answer func([]T, api.Page) L,
) (none L, err error) {
	after, err := parseCursor(cursor)
	if err != nil {
		return none, err
	}
	if limit <= 0 || limit > s.limits.PageItems {
		limit = s.limits.PageItems
	}
	items, access, err := read(after, limit+1)
	if err != nil {
		return none, s.problemOf(err, "room")
	}
	if allow != nil {
		if err := allow(access); err != nil {
			return none, err
		}
	}
	var page api.Page
	if len(items) > limit {
		items = items[:limit]
		page.Next = formatCursor(at(items[limit-1]))
	}
	return answer(items, page), nil
}

func formatCursor(c roomsdb.Cursor) string {
	text, err := json.Marshal(c)
	if err != nil {
		return "" // a time beyond the year 9999
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseCursor(s string) (c roomsdb.Cursor, err error) {
	if s == "" {
		return c, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil || c.Rev < 0 || c.ID != "" && !api.ValidID(c.ID) || c.Time.Before(time.Time{}) || c.Time.Year() > 9999 {
		return c, invalid("query.cursor", "the cursor is not one that this server gave")
	}
	return c, nil
}
