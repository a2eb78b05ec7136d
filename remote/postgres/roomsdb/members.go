package roomsdb

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stresstester/remote/api"
)

const memberQuery = `select m.user_id::text, coalesce(nullif(u.display_name, ''), u.username), m.role, m.joined_at
	from app.room_members m join auth.users u on u.id = m.user_id where m.room_id = $1`

func scanMember(row pgx.Row) (m api.Member, err error) {
	err = row.Scan(&m.User, &m.Name, &m.Role, &m.Joined)
	return m, err
}

// Members lists who has a room, in the order in which they joined.
func (s *Store) Members(ctx context.Context, a Actor, room string) ([]api.Member, Access, error) {
	members := []api.Member{}
	var acc Access
	err := s.read(ctx, a, func(b *batch) {
		access(b, a, room, &acc)
		b.rows(memberQuery+` order by m.joined_at, m.user_id`, []any{room}, func(row pgx.Row) error {
			m, err := scanMember(row)
			members = append(members, m)
			return err
		})
	})
	return members, acc, wrap("listing members", err)
}

// SetRole changes a member's role.
func (s *Store) SetRole(ctx context.Context, a Actor, room string, user uuid.UUID, allow Allow, role api.Role) (m api.Member, err error) {
	_, err = s.change(ctx, a, room, allow, &m, func(c *change) error {
		if m, err = c.member(user); err != nil {
			return err
		}
		if m.Role == role {
			return nil
		}
		if err := c.keepOwner(m); err != nil {
			return err
		}
		if err := c.bump(``); err != nil {
			return err
		}
		if err := c.exec("changing a role", `update app.room_members set role = $3 where room_id = $1 and user_id = $2`, room, user, role); err != nil {
			return err
		}
		detail := map[string]string{"user": m.User, "from": string(m.Role), "to": string(role)}
		m.Role = role
		return c.audit("member.role", detail)
	})
	return m, err
}

// RemoveMember ends a membership, on which the database counts the member out. That there is
// none is ErrNotFound.
func (s *Store) RemoveMember(ctx context.Context, a Actor, room string, user uuid.UUID, allow Allow) error {
	_, err := s.change(ctx, a, room, allow, &struct{}{}, func(c *change) error {
		m, err := c.member(user)
		if err != nil {
			return err
		}
		if err := c.keepOwner(m); err != nil {
			return err
		}
		if err := c.audit("member.remove", map[string]string{"user": m.User, "role": string(m.Role)}); err != nil {
			return err
		}
		return c.exec("removing a member", `delete from app.room_members where room_id = $1 and user_id = $2`, room, user)
	})
	return err
}

func (c *change) member(user uuid.UUID) (api.Member, error) {
	m, err := scanMember(c.tx.QueryRow(c.ctx, memberQuery+` and m.user_id = $2`, c.room, user))
	return m, wrap("finding the member", err)
}

// keepOwner fails if m is the only owner.
func (c *change) keepOwner(m api.Member) error {
	if m.Role != api.Owner {
		return nil
	}
	var owners int
	if err := c.tx.QueryRow(c.ctx, `select count(*) from app.room_members where room_id = $1 and role = 'owner'`, c.room).Scan(&owners); err != nil {
		return wrap("counting the owners", err)
	}
	if owners <= 1 {
		return ErrLastOwner
	}
	return nil
}

// Ticket is an invite or share link to be made, known by its token's hash.
type Ticket struct {
	ID      string
	Hash    []byte
	Role    api.Role
	Expires time.Time
	MaxUses int
	// Most is how many valid ones a room may have.
	Most int
}

// CreateInvite adds an invite.
func (s *Store) CreateInvite(ctx context.Context, a Actor, room string, allow Allow, t Ticket) (inv api.Invite, err error) {
	a.Key = nil // a token is not kept, so the answer cannot be given again
	_, err = s.change(ctx, a, room, allow, nil, func(c *change) error {
		if err := c.countTickets(`select count(*) from app.invites where room_id = $1 and expires_at > clock_timestamp() and uses < max_uses`, t.Most); err != nil {
			return err
		}
		inv, err = scanInvite(c.tx.QueryRow(ctx, `insert into app.invites (id, room_id, role, hash, expires_at, max_uses, created_by)
			values ($1, $2, $3, $4, $5, $6, $7) returning `+inviteColumns, t.ID, room, t.Role, t.Hash, t.Expires, t.MaxUses, a.User))
		if err != nil {
			return wrap("storing an invite", err)
		}
		return c.audit("invite.create", map[string]any{"invite": t.ID, "role": t.Role, "max_uses": t.MaxUses, "expires": t.Expires})
	})
	return inv, err
}

func (c *change) countTickets(query string, most int) error {
	var n int
	if err := c.tx.QueryRow(c.ctx, query, c.room).Scan(&n); err != nil {
		return wrap("counting invites and links", err)
	}
	if n >= most {
		return TooMany("invites", most)
	}
	return nil
}

const inviteColumns = `id::text, room_id::text, role, expires_at, max_uses, uses, created_at`

func scanInvite(row pgx.Row) (i api.Invite, err error) {
	err = row.Scan(&i.ID, &i.Room, &i.Role, &i.Expires, &i.MaxUses, &i.Uses, &i.Created)
	return i, err
}

// Invites lists a room's valid invites.
func (s *Store) Invites(ctx context.Context, a Actor, room string) ([]api.Invite, Access, error) {
	invites := []api.Invite{}
	var acc Access
	err := s.read(ctx, a, func(b *batch) {
		access(b, a, room, &acc)
		b.rows(`select `+inviteColumns+` from app.invites where room_id = $1 and expires_at > clock_timestamp() and uses < max_uses order by created_at`,
			[]any{room}, func(row pgx.Row) error {
				i, err := scanInvite(row)
				invites = append(invites, i)
				return err
			})
	})
	return invites, acc, wrap("listing invites", err)
}

// RevokeInvite ends an invite.
func (s *Store) RevokeInvite(ctx context.Context, a Actor, room, id string, allow Allow) error {
	return s.revoke(ctx, a, room, id, allow, "invite.revoke", `delete from app.invites where room_id = $1 and id = $2`)
}

// RevokeShareLink ends a share link.
func (s *Store) RevokeShareLink(ctx context.Context, a Actor, room, id string, allow Allow) error {
	return s.revoke(ctx, a, room, id, allow, "link.revoke", `delete from app.share_links where room_id = $1 and id = $2`)
}

func (s *Store) revoke(ctx context.Context, a Actor, room, id string, allow Allow, action, query string) error {
	_, err := s.change(ctx, a, room, allow, &struct{}{}, func(c *change) error {
		tag, err := c.tx.Exec(ctx, query, room, id)
		if err != nil {
			return wrap("revoking", err)
		}
		if tag.RowsAffected() == 0 {
			return ErrNotFound
		}
		return c.audit(action, map[string]string{"id": id})
	})
	return err
}

// PreviewInvite shows what an invite is for; ErrNotFound if it is not valid.
func (s *Store) PreviewInvite(ctx context.Context, a Actor, hash []byte) (p api.InvitePreview, err error) {
	err = s.read(ctx, a, func(b *batch) {
		b.row(`select i.title, i.role, coalesce(nullif(u.display_name, ''), u.username, ''), i.expires, case when i.member then i.room::text else '' end
			from app.invite_preview($1) i left join auth.users u on u.id = i.maker`, []any{hash}, func(row pgx.Row) error {
			return row.Scan(&p.Title, &p.Role, &p.From, &p.Expires, &p.Room)
		})
	})
	return p, wrap("reading an invite", err)
}

// AcceptInvite makes the actor a member of the invite's room; ErrNotFound if it is not valid.
func (s *Store) AcceptInvite(ctx context.Context, a Actor, hash []byte, maxMembers int) (room string, joined bool, err error) {
	err = s.tx(ctx, a, pgx.TxOptions{}, func(tx pgx.Tx) error {
		var id *string
		var full bool
		if err := tx.QueryRow(ctx, `select room::text, joined, full_up from app.accept_invite($1, $2, $3)`, hash, a.Device, maxMembers).Scan(&id, &joined, &full); err != nil {
			return wrap("accepting an invite", err)
		}
		switch {
		case id == nil:
			return ErrNotFound
		case full:
			return TooMany("members_per_room", maxMembers)
		}
		room = *id
		return nil
	})
	return room, joined, err
}

// CreateShareLink adds a share link.
func (s *Store) CreateShareLink(ctx context.Context, a Actor, room string, allow Allow, t Ticket) (l api.ShareLink, err error) {
	a.Key = nil
	_, err = s.change(ctx, a, room, allow, nil, func(c *change) error {
		if err := c.countTickets(`select count(*) from app.share_links where room_id = $1 and expires_at > clock_timestamp()`, t.Most); err != nil {
			return err
		}
		l, err = scanLink(c.tx.QueryRow(ctx, `insert into app.share_links (id, room_id, hash, expires_at, created_by)
			values ($1, $2, $3, $4, $5) returning `+linkColumns, t.ID, room, t.Hash, t.Expires, a.User))
		if err != nil {
			return wrap("storing a share link", err)
		}
		return c.audit("link.create", map[string]any{"link": t.ID, "expires": t.Expires})
	})
	return l, err
}

const linkColumns = `id::text, room_id::text, expires_at, created_at`

func scanLink(row pgx.Row) (l api.ShareLink, err error) {
	err = row.Scan(&l.ID, &l.Room, &l.Expires, &l.Created)
	return l, err
}

// ShareLinks lists a room's valid share links.
func (s *Store) ShareLinks(ctx context.Context, a Actor, room string) ([]api.ShareLink, Access, error) {
	links := []api.ShareLink{}
	var acc Access
	err := s.read(ctx, a, func(b *batch) {
		access(b, a, room, &acc)
		b.rows(`select `+linkColumns+` from app.share_links where room_id = $1 and expires_at > clock_timestamp() order by created_at`,
			[]any{room}, func(row pgx.Row) error {
				l, err := scanLink(row)
				links = append(links, l)
				return err
			})
	})
	return links, acc, wrap("listing share links", err)
}

// LinkedRoom finds the room that the actor's share link shows; ErrNotFound if it is not valid.
func (s *Store) LinkedRoom(ctx context.Context, a Actor) (room string, err error) {
	err = s.reader.read(ctx, a, func(b *batch) {
		room = ""
		b.row(`select app.link_room()::text where app.link_room() is not null`, nil, func(row pgx.Row) error { return row.Scan(&room) })
	})
	return room, wrap("following a share link", err)
}
