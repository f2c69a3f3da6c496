-- safe
-- Electronic fences and what was told at them: projections of the journal. No place of a unit is kept, only which fence it was.
create schema patrol;

create table patrol.fence (
  id text primary key,
  agency ltree not null,
  name text not null,
  geometry jsonb not null,
  applies_to jsonb not null,
  tells jsonb not null,
  hours jsonb,
  severity text not null check (severity in ('alarm', 'quiet')),
  drawn_at bigint not null,
  drawn_by text not null,
  changed_at bigint not null,
  retired_at bigint
);
create unique index fence_name on patrol.fence (agency, name) where retired_at is null;

create table patrol.passage (
  id text primary key,
  fence text not null references patrol.fence (id),
  unit text not null,
  kind text not null check (kind in ('entered', 'left', 'stayed', 'speeding')),
  fix_at bigint not null,
  since bigint not null,
  after_silence boolean not null,
  seconds integer,
  peak_kmh double precision,
  severity text not null,
  told_at bigint not null,
  seen_at bigint,
  seen_by text
);
create index passage_by_fence on patrol.passage (fence, unit, kind, fix_at desc);
create index passage_by_time on patrol.passage (fix_at desc);
create index passage_by_unit on patrol.passage (unit, fix_at desc);
create index passage_waiting on patrol.passage (fence, told_at desc) where severity = 'alarm' and seen_at is null;
