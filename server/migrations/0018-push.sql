-- safe
-- Notices on officers' phones while the page is closed (Web Push): off until an agency switches them on.

create table messages.push_setting (
  agency ltree primary key,
  contact text not null -- whom the browsers' makers may write to: mailto: or https:
);

-- A browser that lets itself be told, for one shift of one member. Where it is told and its keys are closed (platform/auth/seal.ts).
create table messages.push_subscription (
  id text primary key,
  digest text not null unique, -- SHA-256 of its address, in hexadecimal, to know it again
  closed text not null,
  member text not null,
  unit text not null,
  agency ltree not null, -- the unit's
  session text not null,
  made_at bigint not null,
  problem text -- why the last notice failed; null when it did not
);
create index push_subscription_unit on messages.push_subscription (unit);
create index push_subscription_member on messages.push_subscription (member);
create index push_subscription_session on messages.push_subscription (session);

-- What is still to be told. A notice that was told, or of no more use, is gone: no history.
create table messages.push_notice (
  subscription text not null references messages.push_subscription on delete cascade,
  entry bigint not null,
  what text not null,
  number integer not null,
  made_at bigint not null,
  ends_at bigint not null,
  fire_at bigint not null,
  tries integer not null,
  primary key (subscription, entry)
);
create index push_notice_due on messages.push_notice (fire_at);
