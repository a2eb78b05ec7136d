-- Rooms: what several people or devices share, with a revision that every change raises.
--
-- Row-level security is the second wall behind remote/rooms.authorize: policies read
-- the acting user from app.user_id (without it they fail), and let members read,
-- editors change and owners share. What nobody may do by themselves (make a room,
-- join one) is done by functions of the schema's owner, at the end of this file.

-- +goose Up
-- +goose StatementBegin
create function app.user_id() returns uuid language sql stable parallel safe
  as $$ select current_setting('app.user_id')::uuid $$;
-- +goose StatementEnd

create table app.rooms (
  id uuid primary key,
  title text not null,
  settings bytea not null,                -- a JSON object
  rev bigint not null default 0,
  meta_rev bigint not null default 0,     -- last change of title or settings
  bytes bigint not null default 0,        -- contents of all heads
  members int not null default 1,
  open_conflicts int not null default 0,
  last_run bytea,                         -- a JSON object for lists
  fork_of uuid,                           -- no reference: the original may be purged
  created_by uuid references auth.users on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  deleted_at timestamptz
) with (fillfactor = 70);
create index rooms_created_by on app.rooms (created_by);
create index rooms_deleted on app.rooms (deleted_at) where deleted_at is not null;

create table app.room_members (
  user_id uuid not null references auth.users on delete cascade,
  room_id uuid not null references app.rooms on delete cascade,
  role text not null check (role in ('owner', 'editor', 'viewer')),
  joined_at timestamptz not null default clock_timestamp(),
  primary key (user_id, room_id)
);
create index room_members_room on app.room_members (room_id);

-- Contents are stored once per room. They are not shared between rooms, so that
-- nobody learns from a write whether somebody else has the same text.
create table app.blobs (
  room_id uuid not null references app.rooms on delete cascade,
  hash bytea not null,                    -- SHA-256
  bytes bytea not null,
  primary key (room_id, hash)
);
alter table app.blobs alter column bytes set storage external;

-- The head of every file, tombstones included: a copy of its revision.
create table app.room_files (
  room_id uuid not null references app.rooms on delete cascade,
  slot text not null,
  name text not null,
  rev bigint not null,
  deleted boolean not null,
  hash bytea,                             -- null for a tombstone
  size int not null,
  author uuid,                            -- no reference: history outlives accounts
  device text not null,
  created_at timestamptz not null,
  parent bigint not null,
  merge_parent bigint not null,
  primary key (room_id, slot)
) with (fillfactor = 70);

create table app.file_revisions (
  room_id uuid not null references app.rooms on delete cascade,
  rev bigint not null,
  slot text not null,
  name text not null,
  deleted boolean not null,
  hash bytea,
  size int not null,
  author uuid,
  device text not null,
  created_at timestamptz not null,
  parent bigint not null,
  merge_parent bigint not null,
  side boolean not null default false,    -- the side of a conflict; never was the head
  primary key (room_id, rev)
);
create index file_revisions_slot on app.file_revisions (room_id, slot, rev desc);

create table app.conflicts (
  id uuid not null,
  room_id uuid not null references app.rooms on delete cascade,
  slot text not null,
  rev bigint not null,
  base_rev bigint not null,
  head_rev bigint not null,
  side_rev bigint not null,
  user_id uuid,
  device text not null,
  created_at timestamptz not null default clock_timestamp(),
  resolved_rev bigint not null default 0,
  primary key (room_id, id)
);
-- One divergence makes one conflict.
create unique index conflicts_open on app.conflicts (room_id, slot, user_id, device) where resolved_rev = 0;
create index conflicts_rev on app.conflicts (room_id, rev);

-- Writes that succeeded, by the client's key for them, so that a retry is answered the same.
create table app.mutations (
  user_id uuid not null references auth.users on delete cascade,
  device text not null,
  n bigint not null,
  request bytea not null,                 -- SHA-256 of method, path, If-Match and body
  room_id uuid,
  rev bigint not null default 0,          -- of a file's write: the answer is that revision
  status int not null,
  body bytea,                             -- of other writes: the answer
  created_at timestamptz not null default clock_timestamp(),
  primary key (user_id, device, n)
);
create index mutations_created on app.mutations using brin (created_at);

create table app.runs (
  room_id uuid not null references app.rooms on delete cascade,
  id uuid not null,
  rev bigint not null,
  room_rev bigint not null,
  verdict text not null,
  tests bigint not null,
  seconds double precision not null,
  seed bigint not null,                   -- the 64 bits of an unsigned number
  started_at timestamptz not null,
  report bytea,
  user_id uuid,
  device text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (room_id, id)
);
create index runs_rev on app.runs (room_id, rev);

create table app.counterexamples (
  room_id uuid not null references app.rooms on delete cascade,
  id uuid not null,
  run_id uuid,
  rev bigint not null,
  room_rev bigint not null,
  verdict text not null,
  seed bigint not null,
  message text not null,
  failure bytea,                          -- null once it is deleted
  user_id uuid,
  device text not null,
  created_at timestamptz not null default clock_timestamp(),
  deleted boolean not null default false,
  primary key (room_id, id)
);
create unique index counterexamples_once on app.counterexamples (room_id, run_id, seed) where run_id is not null;
create index counterexamples_rev on app.counterexamples (room_id, rev);

create table app.invites (
  id uuid primary key,
  room_id uuid not null references app.rooms on delete cascade,
  role text not null check (role in ('editor', 'viewer')),
  hash bytea not null unique,             -- SHA-256 of the token
  expires_at timestamptz not null,
  max_uses int not null,
  uses int not null default 0,
  created_by uuid references auth.users on delete cascade,
  created_at timestamptz not null default clock_timestamp()
);
create index invites_room on app.invites (room_id);

create table app.share_links (
  id uuid primary key,
  room_id uuid not null references app.rooms on delete cascade,
  hash bytea not null unique,
  expires_at timestamptz not null,
  created_by uuid references auth.users on delete cascade,
  created_at timestamptz not null default clock_timestamp()
);
create index share_links_room on app.share_links (room_id);

-- What was done to a room by whom. Rows are only ever added.
create table app.audit (
  id bigint generated always as identity primary key,
  room_id uuid not null references app.rooms on delete cascade,
  at timestamptz not null default clock_timestamp(),
  user_id uuid,
  device text not null default '',
  action text not null,
  detail bytea
);
create index audit_room on app.audit (room_id, id desc);

-- What the server's role may do at all, whatever row it is.
revoke insert, delete on app.rooms, app.room_members from stresstester_web;
revoke delete on app.room_files, app.blobs, app.conflicts, app.mutations, app.runs, app.counterexamples from stresstester_web;
grant delete on app.room_members to stresstester_web;
revoke update, delete on app.file_revisions, app.audit from stresstester_web;
revoke update on app.blobs, app.runs, app.mutations from stresstester_web;

-- The room that a share link lets its holder read, or null.
-- +goose StatementBegin
create function app.link_room() returns uuid language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  token text := current_setting('app.share_link', true);
begin
  if coalesce(token, '') = '' then
    return null;
  end if;
  return (select l.room_id from app.share_links l join app.rooms r on r.id = l.room_id
    where l.hash = decode(token, 'hex') and l.expires_at > clock_timestamp() and r.deleted_at is null);
end $$;
-- +goose StatementEnd

-- A policy of room_members cannot ask room_members.
-- +goose StatementBegin
create function app.is_member(room uuid, owner boolean) returns boolean language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select exists (select from app.room_members m
    where m.room_id = room and m.user_id = app.user_id() and (not owner or m.role = 'owner'))
$$;
-- +goose StatementEnd

-- +goose StatementBegin
do $$
declare
  t text;
  member constant text := 'exists (select from app.room_members m where m.room_id = %1$I.room_id and m.user_id = app.user_id())';
  editor constant text := 'exists (select from app.room_members m where m.room_id = %1$I.room_id and m.user_id = app.user_id() and m.role in (''owner'', ''editor''))';
  owner constant text := 'exists (select from app.room_members m where m.room_id = %1$I.room_id and m.user_id = app.user_id() and m.role = ''owner'')';
begin
  foreach t in array array['rooms', 'room_members', 'blobs', 'room_files', 'file_revisions', 'conflicts',
      'mutations', 'runs', 'counterexamples', 'invites', 'share_links', 'audit'] loop
    execute format('alter table app.%I enable row level security', t);
    execute format('alter table app.%I force row level security', t);
    -- The functions below run as the owner, for whom FORCE would hide everything.
    execute format('create policy by_owner on app.%I to %I using (true) with check (true)', t, current_user);
  end loop;
  foreach t in array array['blobs', 'room_files', 'counterexamples'] loop
    execute format('create policy readers on app.%1$I for select to stresstester_web using (' || member || ' or room_id = (select app.link_room()))', t);
  end loop;
  foreach t in array array['file_revisions', 'conflicts', 'runs'] loop
    execute format('create policy readers on app.%1$I for select to stresstester_web using (' || member || ')', t);
  end loop;
  foreach t in array array['blobs', 'room_files', 'file_revisions', 'conflicts', 'runs', 'counterexamples'] loop
    execute format('create policy adders on app.%1$I for insert to stresstester_web with check (' || editor || ')', t);
  end loop;
  foreach t in array array['room_files', 'conflicts', 'counterexamples'] loop
    execute format('create policy changers on app.%1$I for update to stresstester_web using (' || editor || ')', t);
  end loop;
  foreach t in array array['invites', 'share_links'] loop
    execute format('create policy owners on app.%1$I to stresstester_web using (' || owner || ')', t);
  end loop;
  execute format('create policy readers on app.%1$I for select to stresstester_web using (' || owner || ')', 'audit');
  execute format('create policy adders on app.%1$I for insert to stresstester_web with check (user_id = app.user_id() and ' || member || ')', 'audit');
end $$;
-- +goose StatementEnd

create policy readers on app.rooms for select to stresstester_web using (
  exists (select from app.room_members m where m.room_id = id and m.user_id = app.user_id())
  or id = (select app.link_room()));
-- Only an owner deletes and restores, and nobody changes what is deleted.
create policy changers on app.rooms for update to stresstester_web
  using (exists (select from app.room_members m where m.room_id = id and m.user_id = app.user_id()
    and (m.role = 'owner' or m.role = 'editor' and deleted_at is null)))
  with check (exists (select from app.room_members m where m.room_id = id and m.user_id = app.user_id()
    and (m.role = 'owner' or m.role = 'editor' and deleted_at is null)));

create policy readers on app.room_members for select to stresstester_web
  using (user_id = app.user_id() or app.is_member(room_id, false));
create policy changers on app.room_members for update to stresstester_web
  using (app.is_member(room_id, true)) with check (app.is_member(room_id, true));
create policy removers on app.room_members for delete to stresstester_web
  using (user_id = app.user_id() or app.is_member(room_id, true));

create policy own on app.mutations to stresstester_web using (user_id = app.user_id());

-- put_file writes a file if its head is what the writer thinks it is. The lock on
-- the room's row makes the order of revisions the order of commits, without gaps.
-- A null hash deletes. Outcomes: done, same (nothing to do), replay, reused,
-- mismatch, missing (no such room, or not this user's to change), slots, room_bytes.
-- +goose StatementBegin
create function app.put_file(
  p_room uuid, p_slot text, p_kind text, p_base bigint, p_name text, p_hash bytea, p_bytes bytea, p_size int,
  p_merge_parent bigint, p_device text, p_key_device text, p_key_n bigint, p_request bytea,
  p_max_slots int, p_max_bytes bigint,
  out outcome text, out rev bigint) language plpgsql as $$
declare
  head record;
  room record;
  seen record;
  side_of uuid;
  live int;
  at timestamptz;
begin
  select r.rev, r.bytes into room from app.rooms r where r.id = p_room and r.deleted_at is null for no key update;
  if not found then
    outcome := 'missing'; return;
  end if;
  if p_key_device <> '' then
    select m.request, m.rev into seen from app.mutations m
      where m.user_id = app.user_id() and m.device = p_key_device and m.n = p_key_n;
    if found then
      rev := seen.rev;
      outcome := case when seen.request = p_request then 'replay' else 'reused' end;
      return;
    end if;
  end if;
  select f.rev, f.name, f.hash, f.size, f.deleted into head from app.room_files f where f.room_id = p_room and f.slot = p_slot;
  rev := coalesce(head.rev, 0);
  if rev <> p_base then
    outcome := 'mismatch'; return;
  end if;
  if p_merge_parent <> 0 then
    select c.id into side_of from app.conflicts c
      where c.room_id = p_room and c.slot = p_slot and c.side_rev = p_merge_parent and c.resolved_rev = 0;
  end if;
  if side_of is null and (rev = 0 and p_hash is null or rev <> 0 and head.hash is not distinct from p_hash
      and (p_hash is null or head.name = p_name)) then
    outcome := 'same';
  else
    if p_hash is not null and (rev = 0 or head.deleted) then
      select count(*) filter (where not f.deleted and f.slot ^@ p_kind) into live from app.room_files f where f.room_id = p_room;
      if live >= p_max_slots then
        outcome := 'slots'; return;
      end if;
    end if;
    if room.bytes - coalesce(head.size, 0) + p_size > p_max_bytes and p_size > coalesce(head.size, 0) then
      outcome := 'room_bytes'; return;
    end if;
    outcome := 'done';
    at := clock_timestamp();
    update app.rooms r set rev = r.rev + 1, bytes = r.bytes - coalesce(head.size, 0) + p_size, updated_at = at,
        open_conflicts = r.open_conflicts - (side_of is not null)::int
      where r.id = p_room returning r.rev into rev;
    if p_hash is not null then
      insert into app.blobs (room_id, hash, bytes) values (p_room, p_hash, p_bytes) on conflict do nothing;
    end if;
    insert into app.file_revisions (room_id, rev, slot, name, deleted, hash, size, author, device, created_at, parent, merge_parent)
      values (p_room, put_file.rev, p_slot, p_name, p_hash is null, p_hash, p_size, app.user_id(), p_device, at, p_base, p_merge_parent);
    if p_base = 0 then
      insert into app.room_files (room_id, slot, name, rev, deleted, hash, size, author, device, created_at, parent, merge_parent)
        values (p_room, p_slot, p_name, put_file.rev, p_hash is null, p_hash, p_size, app.user_id(), p_device, at, p_base, p_merge_parent);
    else
      update app.room_files f set name = p_name, rev = put_file.rev, deleted = p_hash is null, hash = p_hash, size = p_size,
          author = app.user_id(), device = p_device, created_at = at, parent = p_base, merge_parent = p_merge_parent
        where f.room_id = p_room and f.slot = p_slot;
    end if;
    if side_of is not null then
      update app.conflicts c set resolved_rev = put_file.rev, rev = put_file.rev where c.room_id = p_room and c.id = side_of;
    end if;
  end if;
  if p_key_device <> '' then
    insert into app.mutations (user_id, device, n, request, room_id, rev, status)
      values (app.user_id(), p_key_device, p_key_n, p_request, p_room, put_file.rev, 200);
  end if;
end $$;
-- +goose StatementEnd

-- create_room makes a room of the acting user's. Outcomes: done, yours (that ID is a
-- room that the user made), taken, limit.
-- +goose StatementBegin
create function app.create_room(p_id uuid, p_title text, p_settings bytea, p_fork_of uuid, p_max int) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  maker uuid;
begin
  -- One at a time per user, so that the limit holds.
  perform pg_advisory_xact_lock(hashtextextended('app.create_room ' || app.user_id()::text, 0));
  select r.created_by into maker from app.rooms r where r.id = p_id;
  if found then
    return case when maker = app.user_id() and app.is_member(p_id, false) then 'yours' else 'taken' end;
  end if;
  -- Deleted rooms still take space, so that they have a limit, too.
  if (select count(*) filter (where r.deleted_at is null) >= p_max or count(*) >= 4 * p_max from app.rooms r where r.created_by = app.user_id()) then
    return 'limit';
  end if;
  insert into app.rooms (id, title, settings, fork_of, created_by, rev, meta_rev) values (p_id, p_title, p_settings, p_fork_of, app.user_id(), 1, 1)
    on conflict do nothing;
  if not found then
    return 'taken';
  end if;
  insert into app.room_members (user_id, room_id, role) values (app.user_id(), p_id, 'owner');
  return 'done';
end $$;
-- +goose StatementEnd

-- invite_preview shows what an invite is for, to whoever has its token.
-- +goose StatementBegin
create function app.invite_preview(p_hash bytea,
  out room uuid, out title text, out role text, out expires timestamptz, out maker uuid, out member boolean)
  returns setof record
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select i.room_id, r.title, i.role, i.expires_at, i.created_by, app.is_member(i.room_id, false)
  from app.invites i join app.rooms r on r.id = i.room_id
  where i.hash = p_hash and i.expires_at > clock_timestamp() and i.uses < i.max_uses and r.deleted_at is null
$$;
-- +goose StatementEnd

-- accept_invite makes the acting user a member; a member keeps a higher role, and does not
-- use the invite up. Null if the invite is not valid; joined tells whether anything changed.
-- +goose StatementBegin
create function app.accept_invite(p_hash bytea, p_device text, p_max int, out room uuid, out joined boolean, out full_up boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  i record;
  now_role text;
begin
  joined := false;
  full_up := false;
  select v.id, v.room_id, v.role, v.uses < v.max_uses as unused into i from app.invites v join app.rooms r on r.id = v.room_id
    where v.hash = p_hash and v.expires_at > clock_timestamp() and r.deleted_at is null;
  if not found then
    return;
  end if;
  perform 1 from app.rooms r where r.id = i.room_id for no key update;
  select v.uses < v.max_uses into i.unused from app.invites v where v.id = i.id for update;
  if not found then
    return;
  end if;
  select m.role into now_role from app.room_members m where m.room_id = i.room_id and m.user_id = app.user_id();
  if now_role in ('owner', 'editor') or now_role = i.role then
    room := i.room_id;
    return;
  end if;
  if not i.unused then
    return;
  end if;
  room := i.room_id;
  if now_role is null and (select r.members from app.rooms r where r.id = i.room_id) >= p_max then
    full_up := true;
    return;
  end if;
  update app.invites set uses = uses + 1 where id = i.id;
  insert into app.room_members (user_id, room_id, role) values (app.user_id(), i.room_id, i.role)
    on conflict (user_id, room_id) do update set role = excluded.role;
  update app.rooms r set rev = r.rev + 1, updated_at = clock_timestamp(), members = r.members + (now_role is null)::int where r.id = i.room_id;
  insert into app.audit (room_id, user_id, device, action, detail)
    values (i.room_id, app.user_id(), p_device, 'member.join', convert_to(json_build_object('role', i.role, 'invite', i.id)::text, 'UTF8'));
  joined := true;
end $$;
-- +goose StatementEnd

-- When a membership ends, also because its account does, the room changes. A room whose last
-- owner's account ended belongs to the editor, or else viewer, who is there longest.
-- +goose StatementBegin
create function app.member_left() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app.rooms r set rev = r.rev + 1, updated_at = clock_timestamp(), members = r.members - 1 where r.id = old.room_id;
  if not exists (select from app.room_members m where m.room_id = old.room_id and m.role = 'owner') then
    update app.room_members m set role = 'owner'
      where m.room_id = old.room_id and m.user_id = (select o.user_id from app.room_members o where o.room_id = old.room_id
        order by o.role = 'editor' desc, o.joined_at, o.user_id limit 1);
  end if;
  return null;
end $$;
-- +goose StatementEnd
create trigger member_left after delete on app.room_members for each row execute function app.member_left();

-- lock_room takes the lock of a room's changes for a member who may not change it.
-- +goose StatementBegin
create function app.lock_room(p_room uuid) returns void
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  select 1 from app.rooms r where r.id = p_room and app.is_member(p_room, false) for no key update
$$;
-- +goose StatementEnd

-- changes tells the feed which of the given rooms are beyond the given revisions. It
-- shows numbers only: who may hear them is decided by the feed.
-- +goose StatementBegin
create function app.changes(p_rooms uuid[], p_revs bigint[]) returns table (room uuid, rev bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select r.id, r.rev from unnest(p_rooms, p_revs) as known (id, rev) join app.rooms r using (id) where r.rev > known.rev
$$;
-- +goose StatementEnd

-- tidy forgets what is kept for a limited time only. Heads, open conflicts and their
-- bases are never touched.
-- +goose StatementBegin
create function app.tidy(p_revision_days int, p_revision_count int, p_tombstone_days int, p_idempotency_days int) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  n bigint;
  total bigint := 0;
  day constant interval := '1 day';
begin
  if not pg_try_advisory_xact_lock(hashtextextended('app.tidy', 0)) then
    return 0;
  end if;
  delete from app.mutations where created_at < clock_timestamp() - p_idempotency_days * day;
  get diagnostics n = row_count; total := total + n;
  delete from app.rooms r where r.deleted_at < clock_timestamp() - p_tombstone_days * day
    or r.updated_at < clock_timestamp() - p_tombstone_days * day and not exists (select from app.room_members m where m.room_id = r.id);
  get diagnostics n = row_count; total := total + n;
  delete from app.invites where expires_at < clock_timestamp() - p_tombstone_days * day;
  delete from app.share_links where expires_at < clock_timestamp() - p_tombstone_days * day;
  delete from app.file_revisions v using (
      select o.room_id, o.rev, row_number() over (partition by o.room_id, o.slot order by o.rev desc) as place
      from app.file_revisions o
      where exists (select from app.file_revisions x where x.room_id = o.room_id and x.created_at < clock_timestamp() - p_revision_days * day)
    ) old
    where v.room_id = old.room_id and v.rev = old.rev and old.place > p_revision_count
      and v.created_at < clock_timestamp() - p_revision_days * day
      and not exists (select from app.room_files f where f.room_id = v.room_id and f.rev = v.rev)
      and not exists (select from app.conflicts c where c.room_id = v.room_id and c.resolved_rev = 0 and v.rev in (c.side_rev, c.base_rev, c.head_rev));
  get diagnostics n = row_count; total := total + n;
  delete from app.blobs b where not exists (select from app.file_revisions v where v.room_id = b.room_id and v.hash = b.hash)
    and exists (select from app.rooms r where r.id = b.room_id and r.updated_at < clock_timestamp() - day);
  get diagnostics n = row_count; total := total + n;
  return total;
end $$;
-- +goose StatementEnd

-- By default everybody may execute a function.
revoke execute on function app.create_room, app.invite_preview, app.accept_invite, app.lock_room, app.changes, app.tidy, app.is_member, app.link_room from public;
grant execute on function app.create_room, app.invite_preview, app.accept_invite, app.lock_room, app.changes, app.tidy, app.is_member, app.link_room to stresstester_web;

-- +goose Down
drop table app.audit, app.share_links, app.invites, app.counterexamples, app.runs, app.mutations, app.conflicts,
  app.file_revisions, app.room_files, app.blobs, app.room_members, app.rooms cascade;
drop function app.put_file, app.create_room, app.invite_preview, app.accept_invite, app.member_left, app.lock_room, app.changes, app.tidy, app.is_member, app.link_room, app.user_id;
