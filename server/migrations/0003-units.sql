-- safe
-- Units: who is on duty (a projection of the journal) and where (observations, partitioned by UTC day, with retention).
create extension if not exists ltree;

create schema units;

-- Short numbers that stand for units and devices in position rows and binary frames. Never used twice.
create sequence units.handle as integer;
create sequence units.device_number as integer;

create table units.unit (
  id text primary key,
  handle integer not null unique check (handle > 0),
  call_sign text not null,
  kind text not null check (kind in ('car', 'motorcycle', 'e-bike', 'foot')),
  agency ltree not null,
  capabilities text[] not null,
  created_at bigint not null,
  retired_at bigint,
  on_duty_since bigint,
  -- The one active assignment, kept from dispatch's events in dispatch's own transactions.
  incident text,
  assignment text,
  assignment_state text,
  -- When the present state (off duty, free, or the assignment's) began.
  state_since bigint not null,
  check ((incident is null) = (assignment is null)),
  check ((incident is null) = (assignment_state is null))
);
create index unit_agency on units.unit using gist (agency);
-- What people say on the radio must mean one unit.
create unique index unit_call_sign on units.unit (agency, call_sign) where retired_at is null;

create table units.shift (
  unit text not null references units.unit (id),
  number integer not null,
  started_at bigint not null,
  ended_at bigint,
  primary key (unit, number)
);
create unique index shift_open on units.shift (unit) where ended_at is null;
create index shift_ended on units.shift (ended_at) where ended_at is not null;

create table units.crew (
  unit text not null,
  shift integer not null,
  member text not null,
  seat integer not null,
  name text not null,
  joined_at bigint not null,
  left_at bigint,
  primary key (unit, shift, member, joined_at),
  foreign key (unit, shift) references units.shift (unit, number)
);
-- A member is crew of at most one open shift.
create unique index crew_member on units.crew (member) where left_at is null;
create index crew_left on units.crew (left_at) where left_at is not null;

create table units.device (
  id text primary key,
  number integer not null unique check (number > 0),
  unit text not null references units.unit (id),
  label text not null,
  registered_at bigint not null,
  removed_at bigint
);
create index device_unit on units.device (unit) where removed_at is null;

-- A credential, not a projection: the SHA-256 of the secret that a device sends, never in the journal.
create table units.device_key (
  device text primary key references units.device (id) on delete cascade,
  hash bytea not null unique,
  issued_at bigint not null
);

-- Observations. `unit` and `device` are the short numbers (device 0: the unit itself, through a program or the officer page).
create table units.position (
  unit integer not null,
  device integer not null,
  fix_at bigint not null,
  taken_at bigint not null,
  lon double precision not null,
  lat double precision not null,
  speed_kmh real,
  course_deg real,
  altitude_meters real,
  accuracy_meters real,
  flagged boolean not null,
  primary key (unit, fix_at, device)
) partition by range (fix_at);
-- Flagged fixes are rare; this finds the newest one of a unit without walking over its whole shift.
create index position_flagged on units.position (unit, fix_at) where flagged;
