-- safe
create extension if not exists ltree;

create schema organisation;

-- projections of the journal

create table organisation.agency (
  id      text primary key,
  path    ltree not null unique,
  name    text not null,
  name_en text,
  kind    text not null,
  lon     double precision,
  lat     double precision
);
create index agency_path on organisation.agency using gist (path);

create table organisation.member (
  id           text primary key,
  name         text not null,
  staff_number text not null,
  agency       ltree not null,
  active       boolean not null default true
);
create index member_agency on organisation.member using gist (agency);

create table organisation.account (
  id           text primary key,
  name         text not null,
  -- the name as it is compared: one form, small letters
  name_key     text not null unique,
  display_name text not null,
  agency       ltree not null,
  member       text,
  disabled     boolean not null default false
);
create index account_agency on organisation.account using gist (agency);

create table organisation.account_grant (
  account text not null,
  role    text not null,
  agency  ltree not null,
  primary key (account, role, agency)
);

-- secrets and sessions: not of the journal

create table organisation.credential (
  account         text primary key,
  password_hash   text not null,
  -- the last few, so that they are not used again
  earlier         text[] not null default '{}',
  must_change     boolean not null,
  changed_at      bigint not null,
  last_sign_in_at bigint
);

create table organisation.session (
  id           text primary key,
  -- SHA-256; the secret itself is kept nowhere
  token_digest bytea not null unique,
  account      text not null,
  address      text not null,
  created_at   bigint not null,
  last_seen_at bigint not null,
  idle_ms      bigint not null,
  expires_at   bigint not null,
  ended_at     bigint
);
create index session_account on organisation.session (account);
create index session_expires on organisation.session (expires_at);

-- failures are counted for any name, so that nobody learns which names there are
create table organisation.sign_in_failure (
  name_digest  bytea primary key,
  failures     integer not null,
  since_at     bigint not null,
  locked_until bigint not null default 0
);
