-- Who looks after a server, and passwords that were forgotten.

-- +goose Up
-- Granted on the server's command line by the database's owner. The role that serves
-- pages can look, and can make nobody an administrator, whatever goes wrong in it.
create table auth.administrators (
  user_id uuid primary key references auth.users on delete cascade,
  granted_at timestamptz not null default now()
);
revoke insert, update, delete on auth.administrators from stresstester_web;

-- Links by which somebody sets a new password. One of them works at a time.
create table auth.password_resets (
  user_id uuid primary key references auth.users on delete cascade,
  hash bytea not null unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

-- +goose Down
drop table auth.password_resets;
drop table auth.administrators;
