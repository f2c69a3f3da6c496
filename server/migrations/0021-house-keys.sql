-- safe
-- By which keys the nodes of this house close secrets and knock at push services: names of keys, never keys.

create table messages.house_key (
  file text primary key,
  key text not null
);
