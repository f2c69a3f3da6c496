-- safe
-- Who looked at the past, and why; how long each agency keeps positions.
create extension if not exists ltree;

create schema oversight;

-- Projections of the journal. A look at the past is open for some hours to the account that gave its reason.
create table oversight.playback (
  id text primary key,
  account text not null,
  actor text not null,
  from_at bigint not null,
  to_at bigint not null,
  reason text not null,
  -- What was asked for: a part of the tree, an incident's units, or neither (units by name).
  asked_agency ltree,
  asked_incident text,
  opened_at bigint not null,
  until_at bigint not null,
  ended_at bigint,
  check (from_at < to_at)
);

-- The units looked at, agency by agency: each part of the tree finds the looks at its own.
create table oversight.playback_part (
  playback text not null references oversight.playback (id),
  agency ltree not null,
  units text[] not null,
  exports integer not null,
  primary key (playback, agency)
);
create index playback_part_agency on oversight.playback_part using gist (agency);

-- An agency without a row keeps what the one above it keeps; the top of a tree, 90 days.
create table units.retention (
  agency ltree primary key,
  days integer not null check (days between 1 and 180)
);
create index retention_agency on units.retention using gist (agency);

-- The last sweep of old positions and what it came to. One row; not of the journal.
create table units.retention_sweep (
  one boolean primary key default true check (one),
  at bigint not null,
  took_ms integer not null,
  days_dropped integer not null,
  rows_deleted bigint not null,
  fault text
);

-- A vehicle-day lies in as many pages of the table as it has fixes, for units report in turn. With what playback shows in
-- the key itself, it is read from some 180 pages of the index. Tried with 50 M rows in a day (bench/history.ts): 17,280
-- fixes in 250 ms from the table, in 6 ms from the index; taking positions costs a tenth to a fifth more, the disk 40 %.
-- Rebuilds the index of every day that is kept: about a minute for 50 M rows.
alter table units.position drop constraint position_pkey;
alter table units.position add primary key (unit, fix_at, device) include (lon, lat, speed_kmh, course_deg, flagged);
