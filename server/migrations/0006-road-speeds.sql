-- safe
-- What drives under orders say of the roads: sums by road and hour of the week. No unit, no person, no time finer than a month.

-- A projection of the journal: whether what was learned is used, and how often it was forgotten. One row.
create table roads.speeds_rule (
  one boolean primary key default true check (one),
  used boolean not null,
  epoch integer not null
);

-- Computed, and computed again when it is lost. Up to when drives were looked at; in which epoch.
create table roads.learning (
  one boolean primary key default true check (one),
  learned_until bigint not null
);

-- `arc` is a number made of the ends and the length of a piece of road in one direction: it outlives a new map where the road did not change.
-- `month` is counted from 1970; old months count for less and are dropped after a year.
create table roads.drive_sum (
  epoch integer not null,
  mode text not null,
  arc bigint not null,
  hour smallint not null check (hour between 0 and 167),
  month integer not null,
  drives integer not null,
  weight double precision not null,
  sum double precision not null,
  squares double precision not null,
  primary key (epoch, mode, arc, hour, month)
);

-- Where drives under orders left the known roads, in squares of some 50 m: how often, on how many days.
create table roads.off_map (
  epoch integer not null,
  why text not null check (why in ('no-road', 'no-way')),
  square_x integer not null,
  square_y integer not null,
  month integer not null,
  drives integer not null,
  days integer not null,
  last_day integer not null,
  primary key (epoch, why, square_x, square_y, month)
);
