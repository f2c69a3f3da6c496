-- safe
-- How far jobs have followed the journal: what follows from an entry, and the place up to which it has, are written together.
create table journal.follower (
  name text primary key,
  position bigint not null
);

-- A fence may be a place to visit: from so many seconds inside on, a unit has visited it. Null: it is not.
alter table patrol.fence add column visit_seconds integer check (visit_seconds > 0);

-- Visits 到点: observations, kept as long as the positions of their unit; which fence it was and when, never where in it.
create table patrol.visit (
  unit text not null,
  fence text not null references patrol.fence (id),
  -- Of the unit, for how long its agency keeps positions.
  agency ltree not null,
  arrived_at bigint not null,
  -- The last fix inside, so far.
  seen_at bigint not null,
  -- Null: the unit is still there.
  left_at bigint,
  fixes integer not null
);
create unique index visit_open on patrol.visit (unit, fence) where left_at is null;
create index visit_by_unit on patrol.visit (unit, fence, arrived_at desc);
create index visit_by_fence on patrol.visit (fence, arrived_at desc);
create index visit_by_time on patrol.visit (arrived_at desc);
