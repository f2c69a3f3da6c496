-- safe
-- Terminals: what a device speaks and how it is known, when it was last heard, its alarms, and what it is to be told.

alter table units.device
  add column protocol text not null default 'phone' check (protocol in ('phone', 'jt808', 'gt06', 'h02')),
  -- The number that a terminal says of itself, without leading zeros. Phones show a key instead.
  add column terminal text,
  -- What is known of how it speaks, where that is not what its frames say.
  add column crs text check (crs in ('wgs84', 'gcj02')),
  add column zone_minutes integer,
  add column version text check (version in ('2013', '2019')),
  add column requires_token boolean not null default false,
  add column left_out text[] not null default '{}',
  -- The agency's own vehicle, as an administrator typed it; what a terminal says is compared with it and not kept.
  add column vehicle_plate text,
  add constraint device_terminal_named check ((protocol = 'phone') = (terminal is null));
create unique index device_terminal on units.device (protocol, terminal) where removed_at is null and terminal is not null;

-- When a device was last heard: an observation, brought up to date each minute.
create table units.device_seen (
  device integer primary key,
  seen_at bigint not null
);

-- Alarms of devices of units on duty, from edge to edge. Kept as long as positions.
create table units.alarm (
  device integer not null,
  name text not null,
  began_at bigint not null,
  unit integer not null,
  taken_at bigint not null,
  ended_at bigint,
  -- The incident that an emergency became.
  incident text,
  primary key (device, name, began_at)
);
create index alarm_open on units.alarm (device) where ended_at is null;
create index alarm_unit on units.alarm (unit, began_at);
create index alarm_began on units.alarm (began_at);

-- What terminals are to be told, until they have answered or it is too late.
create table units.downlink (
  id text primary key,
  device integer not null,
  -- The command as the gateway has it.
  command jsonb not null,
  made_at bigint not null,
  expires_at bigint not null,
  state text not null check (state in ('waiting', 'sent', 'done', 'refused', 'expired')),
  attempts integer not null default 0,
  changed_at bigint not null,
  -- Of an order: whose sending this is.
  assignment text,
  incident text
);
create index downlink_waiting on units.downlink (device, made_at) where state in ('waiting', 'sent');
create index downlink_made on units.downlink (made_at);

-- When the terminal in the car said that it had read the order out.
alter table dispatch.assignment add column spoken_at bigint;
