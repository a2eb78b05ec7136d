-- What users take of the server, for themselves, for those who look after it, and for
-- the limit on what one may keep here. Numbers only.

-- +goose Up
-- stored_by is everything kept in the rooms that a user made: contents with their
-- history, reports of runs, counterexamples; of deleted rooms, too, until they are purged.
-- +goose StatementBegin
create function app.stored_by(p_user uuid) returns bigint language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(sum(
      (select coalesce(sum(octet_length(b.bytes)), 0) from app.blobs b where b.room_id = r.id)
      + (select coalesce(sum(octet_length(u.report)), 0) from app.runs u where u.room_id = r.id)
      + (select coalesce(sum(octet_length(e.failure)), 0) from app.counterexamples e where e.room_id = r.id)), 0)::bigint
  from app.rooms r where r.created_by = p_user
$$;
-- +goose StatementEnd

-- stored_with is stored_by of whoever made a room, for its members; null for others, and
-- for a room whose maker is gone.
-- +goose StatementBegin
create function app.stored_with(p_room uuid) returns bigint language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select app.stored_by(r.created_by) from app.rooms r where r.id = p_room and r.created_by is not null and app.is_member(p_room, false)
$$;
-- +goose StatementEnd

-- usage is what the acting user takes.
-- +goose StatementBegin
create function app.usage(
  out rooms bigint, out deleted_rooms bigint, out other_rooms bigint, out stored bigint, out current bigint,
  out runs bigint, out counterexamples bigint, out devices bigint, out tokens bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with mine as (select r.id, r.bytes, r.deleted_at from app.rooms r where r.created_by = app.user_id())
  select (select count(*) from mine where deleted_at is null),
    (select count(*) from mine where deleted_at is not null),
    (select count(*) from app.room_members m join app.rooms r on r.id = m.room_id
      where m.user_id = app.user_id() and r.created_by is distinct from app.user_id() and r.deleted_at is null),
    app.stored_by(app.user_id()),
    (select coalesce(sum(bytes), 0)::bigint from mine where deleted_at is null),
    (select count(*) from app.runs u where u.room_id in (select id from mine)),
    (select count(*) from app.counterexamples e where e.room_id in (select id from mine) and not e.deleted),
    (select count(*) from auth.devices d where d.user_id = app.user_id() and d.kind <> 'token' and d.revoked_at is null),
    (select count(*) from auth.personal_tokens t join auth.devices d on d.id = t.device_id
      where t.user_id = app.user_id() and d.revoked_at is null)
$$;
-- +goose StatementEnd

-- totals are those of the whole server; the sizes are the tables' with their indexes.
-- +goose StatementBegin
create function app.totals(
  out users bigint, out active bigint, out rooms bigint, out deleted_rooms bigint, out revisions bigint, out current bigint,
  out runs bigint, out counterexamples bigint, out open_conflicts bigint, out devices bigint, out tokens bigint,
  out contents_size bigint, out database_size bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select (select count(*) from auth.users),
    (select count(distinct d.user_id) from auth.devices d where d.last_seen_at > clock_timestamp() - interval '30 days'),
    (select count(*) from app.rooms where deleted_at is null),
    (select count(*) from app.rooms where deleted_at is not null),
    (select coalesce(sum(rev), 0)::bigint from app.rooms),
    (select coalesce(sum(bytes), 0)::bigint from app.rooms where deleted_at is null),
    (select count(*) from app.runs),
    (select count(*) from app.counterexamples where not deleted),
    (select coalesce(sum(open_conflicts), 0)::bigint from app.rooms where deleted_at is null),
    (select count(*) from auth.devices where kind <> 'token' and revoked_at is null),
    (select count(*) from auth.personal_tokens t join auth.devices d on d.id = t.device_id where d.revoked_at is null),
    pg_total_relation_size('app.blobs') + pg_total_relation_size('app.runs') + pg_total_relation_size('app.counterexamples'),
    pg_database_size(current_database())
$$;
-- +goose StatementEnd

-- largest are the users whose rooms hold most now, the largest first.
-- +goose StatementBegin
create function app.largest(p_users int) returns table (name text, rooms bigint, bytes bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select u.username::text, t.n, t.bytes
  from (select r.created_by, count(*) as n, sum(r.bytes)::bigint as bytes from app.rooms r
    where r.created_by is not null and r.deleted_at is null group by 1 order by 3 desc, 2 desc limit p_users) t
  join auth.users u on u.id = t.created_by order by t.bytes desc, t.n desc, 1
$$;
-- +goose StatementEnd

revoke execute on function app.stored_by, app.stored_with, app.usage, app.totals, app.largest from public;
grant execute on function app.stored_with, app.usage, app.totals, app.largest to stresstester_web;

-- +goose Down
drop function app.largest, app.totals, app.usage, app.stored_with, app.stored_by;
