-- safe
-- Calls for help by a button: whose an open one is. What terminals keep of our fences, and what their crews may answer.

-- `unit/ID`, or `account/ID` of an officer who sits in none. Pressed again while it is open, it is the same call.
alter table dispatch.incident add column called_by text;
update dispatch.incident incident
set called_by = coalesce('unit/' || (entry.data -> 'report' ->> 'unit'), 'account/' || (entry.data -> 'report' ->> 'by'))
from journal.entry entry
where entry.stream = 'incident/' || incident.id and entry.type = 'incident-opened' and entry.data -> 'report' ->> 'panic' = 'true';
create index incident_call on dispatch.incident (called_by) where called_by is not null and closed_at is null;

alter table units.device
  -- Whether our fences are sent to it by themselves.
  add column keeps_fences boolean not null default true,
  -- Whether its crew may answer an order on it.
  add column asks_crew boolean not null default false;

-- Serials under which a question was asked: its answer may come long after, and over another connection.
alter table units.downlink add column serials integer[] not null default '{}';

-- The set of our fences that a terminal was told and that it holds; a set is known by the digest of its messages.
create table units.terminal_fences (
  device integer primary key,
  -- Counts the sets that it was told.
  series integer not null,
  told text not null,
  told_at bigint not null,
  told_count integer not null,
  -- Fences of the set that no terminal can keep.
  left_out integer not null,
  held text,
  held_at bigint,
  held_count integer,
  failed text check (failed in ('refused', 'unanswered'))
);
create index downlink_order on units.downlink (assignment) where assignment is not null and state in ('waiting', 'sent');

-- Somebody in the watch room took note of it.
alter table units.alarm add column seen_at bigint, add column seen_by text;
