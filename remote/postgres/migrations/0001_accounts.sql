-- Users, the devices they are signed in on, and what a device shows to be let in.
-- Secrets (passwords aside) are random and stored as their SHA-256 only.

-- +goose Up
-- The role the server runs as. It owns nothing, so row-level security holds for it
-- even where a table's owner would be exempt. Roles belong to the whole cluster:
-- another database may have made it already, perhaps at this very moment.
-- +goose StatementBegin
do $$
begin
  if not exists (select from pg_roles where rolname = 'stresstester_web') then
    create role stresstester_web nologin nosuperuser nocreatedb nocreaterole noinherit nobypassrls;
  end if;
exception when duplicate_object or unique_violation then
  null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
do $$
begin
  if not pg_has_role(current_user, 'stresstester_web', 'member') then
    execute format('grant stresstester_web to %I', current_user);
  end if;
exception when unique_violation then
  null;
end $$;
-- +goose StatementEnd

create schema auth;
create schema app;
grant usage on schema auth, app to stresstester_web;
alter default privileges in schema auth grant select, insert, update, delete on tables to stresstester_web;
alter default privileges in schema app grant select, insert, update, delete on tables to stresstester_web;
alter default privileges in schema auth grant usage on sequences to stresstester_web;
alter default privileges in schema app grant usage on sequences to stresstester_web;

create table auth.users (
  id uuid primary key,                    -- version 7, made by the server
  username text not null,                 -- as the user writes it; unique without regard to case
  display_name text not null default '',
  email text,                             -- as given; nothing is sent there and nothing trusts it
  password_hash text,                     -- PHC string of argon2id; null: signs in elsewhere only
  password_changed_at timestamptz,
  created_at timestamptz not null default now(),
  disabled_at timestamptz
);
create unique index users_username on auth.users (lower(username));

-- Accounts at other providers that may sign in as a user.
create table auth.identities (
  provider text not null,                 -- the configuration's name of it
  subject text not null,                  -- the provider's unchanging identifier, never an e-mail address
  user_id uuid not null references auth.users on delete cascade,
  label text not null default '',         -- what to call it on the profile page
  created_at timestamptz not null default now(),
  primary key (provider, subject)
);
create index identities_user on auth.identities (user_id);

-- One row per sign-in of a browser, per login of a client, per personal access token.
create table auth.devices (
  id uuid primary key,
  user_id uuid not null references auth.users on delete cascade,
  kind text not null check (kind in ('browser', 'client', 'token')),
  name text not null,
  client_id text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  last_ip text not null default '',
  user_agent text not null default '',
  revoked_at timestamptz,
  revoked_reason text
);
create index devices_user on auth.devices (user_id, last_seen_at desc);

create table auth.sessions (
  hash bytea primary key,
  user_id uuid not null references auth.users on delete cascade,
  device_id uuid not null references auth.devices on delete cascade,
  created_at timestamptz not null default now(),
  authenticated_at timestamptz not null default now(),  -- when a credential was last shown
  expires_at timestamptz not null
);
create index sessions_device on auth.sessions (device_id);
create index sessions_expiry on auth.sessions (expires_at);

-- All tokens that descend from one login. Revoking the family ends them together.
create table auth.token_families (
  id uuid primary key,
  user_id uuid not null references auth.users on delete cascade,
  device_id uuid not null references auth.devices on delete cascade,
  client_id text not null,
  scopes text[] not null,
  nonce text not null default '',
  authenticated_at timestamptz not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,        -- absolute: rotation does not move it
  revoked_at timestamptz,
  revoked_reason text
);
create index token_families_device on auth.token_families (device_id);
create index token_families_user on auth.token_families (user_id);

create table auth.refresh_tokens (
  hash bytea primary key,
  family_id uuid not null references auth.token_families on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,        -- idle limit
  rotated_at timestamptz,                 -- when it was exchanged
  replaced_by bytea,                      -- hash of its latest successor
  superseded boolean not null default false -- its predecessor was exchanged again; nobody may use this one
);
create index refresh_tokens_family on auth.refresh_tokens (family_id);

create table auth.access_tokens (
  hash bytea primary key,
  family_id uuid not null references auth.token_families on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  device_id uuid not null references auth.devices on delete cascade,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index access_tokens_family on auth.access_tokens (family_id);
create index access_tokens_expiry on auth.access_tokens (expires_at);

create table auth.personal_tokens (
  id uuid primary key,
  hash bytea not null unique,
  user_id uuid not null references auth.users on delete cascade,
  device_id uuid not null references auth.devices on delete cascade,
  name text not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index personal_tokens_user on auth.personal_tokens (user_id);

-- An authorization request between the client's redirect and its code's exchange.
create table auth.authorizations (
  id text primary key,                    -- 256 random bits; travels through the user's browser
  client_id text not null,
  redirect_uri text not null,
  state text not null default '',
  nonce text not null default '',
  scopes text[] not null,
  challenge text not null,                -- S256 always
  prompt text[] not null default '{}',
  max_age bigint,
  device_name text not null default '',
  user_id uuid references auth.users on delete cascade,
  authenticated_at timestamptz,
  decided boolean not null default false, -- the user allowed it
  code_hash bytea unique,
  code_expires_at timestamptz,
  used_at timestamptz,                    -- when the code was exchanged
  replayed_at timestamptz,                -- when the code came a second time
  family_id uuid references auth.token_families on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index authorizations_expiry on auth.authorizations (expires_at);

create table auth.device_codes (
  hash bytea primary key,
  user_code text not null unique,
  client_id text not null,
  scopes text[] not null,
  device_name text not null default '',
  requested_ip text not null default '',
  interval_seconds int not null,
  last_poll_at timestamptz,
  state text not null default 'pending' check (state in ('pending', 'approved', 'denied', 'consumed')),
  user_id uuid references auth.users on delete cascade,
  authenticated_at timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index device_codes_expiry on auth.device_codes (expires_at);

create table auth.signing_keys (
  id text primary key,
  algorithm text not null,
  sealed bytea not null,                  -- PKCS #8, sealed with a key derived from the server's secret
  created_at timestamptz not null default now(),
  signs_until timestamptz not null,
  published_until timestamptz not null
);

-- Token buckets of limits that hold across all server processes.
create unlogged table auth.rate_limits (
  key text primary key,
  tokens double precision not null,
  updated_at timestamptz not null default clock_timestamp()
);

-- What happened to whom, for users and for operators. Rows are only ever added.
create table auth.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  user_id uuid,                           -- no reference: it outlives the account
  device_id uuid,
  action text not null,
  ip text not null default '',
  detail jsonb not null default '{}'
);
create index audit_log_user on auth.audit_log (user_id, at desc);
revoke update, delete on auth.audit_log from stresstester_web;

-- +goose Down
drop schema auth cascade;
drop schema app cascade;
-- The role stays: other databases of the cluster may use it.
