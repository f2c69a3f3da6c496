-- safe
-- Incidents, their assignments and timers. Written only by the projections of modules/dispatch/store.ts.

create schema dispatch;

create table dispatch.category (
  id text primary key,
  name text not null,
  name_en text not null,
  pinyin text not null,
  glyph text not null,
  priority smallint not null check (priority between 1 and 4),
  arrive_seconds integer not null check (arrive_seconds > 0),
  needs jsonb not null,
  questions jsonb not null,
  ordinal integer not null,
  active boolean not null
);

-- The short numbers of a day. The row is the lock: two reports at once are numbered in turn.
create table dispatch.day (
  day text primary key,
  last_number integer not null
);

create table dispatch.incident (
  id text primary key,
  number integer not null,
  day text not null,
  agency ltree not null,
  home ltree not null,
  category text not null,
  priority smallint not null,
  status text not null check (status in ('waiting', 'active', 'handed-over', 'closed')),
  lon double precision not null,
  lat double precision not null,
  place text not null,
  place_en text not null,
  summary text not null,
  reporter text,
  phone text,
  answers jsonb not null,
  opened_at bigint not null,
  opened_by text not null,
  closed_at bigint,
  outcome text,
  merged_into text,
  handed_to ltree,
  notes integer not null,
  changed_at bigint not null,
  unique (day, number)
);
create index incident_newest on dispatch.incident (opened_at desc, id desc);
create index incident_open on dispatch.incident (opened_at desc, id desc) where status <> 'closed';
create index incident_agency on dispatch.incident using gist (agency);
create index incident_near on dispatch.incident (lat, lon, opened_at);
create index incident_words on dispatch.incident using gin ((place || ' ' || place_en || ' ' || summary) gin_trgm_ops);

create table dispatch.assignment (
  id text primary key,
  incident text not null references dispatch.incident (id),
  unit text not null,
  call_sign text not null,
  state text not null,
  state_since bigint not null,
  ordered_at bigint not null,
  ordered_by text not null,
  acknowledged_at bigint,
  en_route_at bigint,
  on_scene_at bigint,
  reported_at bigint,
  ended_at bigint,
  because text
);
-- A unit is on one incident at a time, whatever arrives at once.
create unique index assignment_one_per_unit on dispatch.assignment (unit) where ended_at is null;
create index assignment_incident on dispatch.assignment (incident);
create index assignment_unit on dispatch.assignment (unit, ordered_at desc);

-- What must have happened by when. `fire_at`: when the next in line is told; null when everybody has been.
create table dispatch.timer (
  id text primary key,
  incident text not null references dispatch.incident (id),
  kind text not null,
  assignment text,
  started_at bigint not null,
  due_at bigint not null,
  fire_at bigint,
  escalation smallint not null,
  escalated_at bigint,
  seen_by text
);
create index timer_fire on dispatch.timer (fire_at) where fire_at is not null;
create index timer_incident on dispatch.timer (incident);

create table dispatch.picture (
  id text primary key,
  incident text not null references dispatch.incident (id),
  sha256 text not null,
  media_type text not null,
  bytes integer not null,
  caption text not null,
  at bigint not null
);
create index picture_incident on dispatch.picture (incident);

-- Which incidents a command touched: where to look in the journal when it is undone.
create table dispatch.command (
  id text not null,
  incident text not null,
  primary key (id, incident)
);
