-- safe
-- Closures of roads: a projection of the journal. Where they lie on the road is computed from the map, and kept nowhere.
create schema roads;

create table roads.closure (
  id text primary key,
  agency ltree not null,
  geometry jsonb not null,
  reason text not null,
  modes text[] not null,
  created_at bigint not null,
  created_by text not null,
  until bigint,
  lifted_at bigint
);
create index closure_in_force on roads.closure (created_at) where lifted_at is null;
