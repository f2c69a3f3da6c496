-- safe
-- Messages, broadcasts and group bots. Channels, messages, broadcasts and recipients are projections of the journal;
-- receipts are observations, and a bot's secret and what is to be posted are neither.
create schema messages;

-- A unit's, an incident's or an agency's channel has its row from its first message on; a group from its making.
create table messages.channel (
  id text primary key,
  kind text not null check (kind in ('unit', 'incident', 'agency', 'group')),
  agency ltree not null,
  -- Where the channel goes back to when an incident is taken back from a station.
  home ltree not null,
  name text not null,
  units text[] not null,
  last_number integer not null,
  last_at bigint,
  closed_at bigint,
  changed_at bigint not null
);
create index channel_agency on messages.channel using gist (agency);
create index channel_newest on messages.channel (last_at desc) where last_at is not null;

create table messages.message (
  id text primary key,
  channel text not null,
  number integer not null,
  at bigint not null,
  account text not null,
  sent_by text not null,
  -- The crew's call sign; null when a watch room or station wrote.
  call_sign text,
  body text not null,
  attachment text check (attachment in ('picture', 'voice')),
  sha256 text,
  media_type text,
  bytes integer,
  seconds real,
  -- Crews that were in the channel when it was sent.
  members text[] not null,
  unique (channel, number)
);
create index message_words on messages.message using gin (body gin_trgm_ops);

-- How far somebody has got in a channel: two numbers, no times. `reader` is member/ID or account/ID; `channel` may be a broadcast.
create table messages.receipt (
  channel text not null,
  reader text not null,
  delivered integer not null,
  read integer not null,
  primary key (channel, reader)
);

create table messages.broadcast (
  id text primary key,
  agency ltree not null,
  incident text,
  lon double precision,
  lat double precision,
  place text not null,
  place_en text not null,
  kind text not null check (kind in ('minutes', 'area', 'agency')),
  minutes integer,
  body text not null,
  asks boolean not null,
  enough_yes integer not null,
  widen_minutes integer,
  ring integer not null,
  sent_at bigint not null,
  sent_by text not null,
  fire_at bigint,
  short_at bigint,
  ended_at bigint,
  ended_by text
);
create index broadcast_agency on messages.broadcast using gist (agency);
create index broadcast_newest on messages.broadcast (sent_at desc, id desc);
create index broadcast_incident on messages.broadcast (incident) where incident is not null;
create index broadcast_fire on messages.broadcast (fire_at) where fire_at is not null;

create table messages.recipient (
  broadcast text not null references messages.broadcast (id),
  member text not null,
  name text not null,
  unit text not null,
  call_sign text not null,
  ring integer not null,
  because text not null,
  seconds real,
  answer text check (answer in ('yes', 'no')),
  answered_at bigint,
  primary key (broadcast, member)
);
create index recipient_member on messages.recipient (member);

-- A group bot: credentials, never in the journal, which only knows that there is one.
create table messages.bot (
  id text primary key,
  agency ltree not null,
  vendor text not null check (vendor in ('wecom', 'dingtalk', 'feishu')),
  label text not null,
  token text not null,
  secret text,
  link_base text not null,
  tells text[] not null,
  enabled boolean not null,
  changed_at bigint not null
);

-- What a bot is still to post, and the last things it posted. One row per bot and entry, whoever of several nodes comes first.
create table messages.bot_post (
  bot text not null references messages.bot (id) on delete cascade,
  entry bigint not null,
  what text not null,
  number integer not null,
  link text not null,
  made_at bigint not null,
  fire_at bigint,
  tries integer not null,
  posted_at bigint,
  problem text,
  primary key (bot, entry)
);
create index bot_post_fire on messages.bot_post (fire_at) where fire_at is not null;
