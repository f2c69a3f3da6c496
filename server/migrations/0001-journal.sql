-- safe
-- The journal: one order of everything that was decided. Written only by platform/journal.

create extension if not exists ltree;
create extension if not exists pg_trgm;
create extension if not exists btree_gist;

create schema journal;

-- One row. Its lock is the queue of writers: held from the taking of a position to the commit, so that
-- the order of positions is the order of commits.
create table journal.head (
  one boolean primary key default true check (one),
  position bigint not null,
  hash text not null
) with (fillfactor = 50);
insert into journal.head (position, hash) values (0, repeat('0', 64));

-- One row. Everything up to here is on disk. Commands commit without waiting for the disk and are flushed
-- together; only what is flushed is shown to readers and acknowledged to callers.
create table journal.durable (
  one boolean primary key default true check (one),
  position bigint not null
) with (fillfactor = 50);
insert into journal.durable (position) values (0);

create table journal.entry (
  position bigint primary key,
  at bigint not null,
  stream text not null,
  type text not null,
  agency text not null,
  account text not null,
  actor text not null,
  command text not null,
  -- json, not jsonb: the text is kept to the byte, and the hash is over that text
  data json not null,
  hash text not null
);
create index entry_by_stream on journal.entry (stream, position);

-- Commands that were carried out, and what they were answered.
create table journal.command (
  id text primary key,
  account text not null,
  fingerprint text,
  position bigint not null,
  at bigint not null,
  answer json not null
);

create function journal.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'The journal is append-only: % of journal.% refused.', tg_op, tg_table_name;
end $$;
create trigger append_only before update or delete or truncate on journal.entry
  for each statement execute function journal.refuse_change();

-- A netstring (Bernstein 1997): length in bytes, colon, the bytes, comma. Nothing can be mistaken for its neighbour.
create function journal.netstring(value text) returns text language sql immutable parallel safe
  return octet_length(value)::text || ':' || value || ',';

-- The hash of an entry: SHA-256 over the netstrings of the hash before it and of its nine fields, in UTF-8.
-- platform/journal/chain.ts computes the same outside the database.
create function journal.hash_of(
  before text, "position" bigint, at bigint, stream text, type text, agency text,
  account text, actor text, command text, data text
) returns text language sql immutable parallel safe
  return encode(sha256(convert_to(
    journal.netstring(before) || journal.netstring("position"::text) || journal.netstring(at::text)
    || journal.netstring(stream) || journal.netstring(type) || journal.netstring(agency)
    || journal.netstring(account) || journal.netstring(actor) || journal.netstring(command)
    || journal.netstring(data), 'UTF8')), 'hex');

-- The answer given to a command before, if it was carried out. Waits for the same command running elsewhere.
create function journal.find_command(wanted text)
returns table (account text, fingerprint text, "position" bigint, answer text) language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(wanted, 1));
  return query select c.account, c.fingerprint, c.position, c.answer::text from journal.command c where c.id = wanted;
end $$;

-- What happened on a stream, after waiting for its turn to write to it.
create function journal.load_stream(wanted text)
returns table (at bigint, type text, data text) language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(wanted, 2));
  return query select e.at, e.type, e.data::text from journal.entry e where e.stream = wanted order by e.position;
end $$;

-- Take the head, write the facts, remember the answer. The last statement of a command's transaction:
-- from here to the commit no other command can take a position.
create function journal.append(
  ats bigint[], streams text[], types text[], agencies text[], datas text[],
  account text, actor text, command text, command_at bigint, fingerprint text, answer text
) returns bigint language plpgsql as $$
declare
  here bigint;
  before text;
begin
  if cardinality(ats) > 0 then
    select h.position, h.hash into here, before from journal.head h for update;
    for n in 1 .. cardinality(ats) loop
      here := here + 1;
      before := journal.hash_of(before, here, ats[n], streams[n], types[n], agencies[n], account, actor, command, datas[n]);
      insert into journal.entry (position, at, stream, type, agency, account, actor, command, data, hash)
        values (here, ats[n], streams[n], types[n], agencies[n], account, actor, command, datas[n]::json, before);
    end loop;
    update journal.head h set position = here, hash = before;
  else
    select h.position into here from journal.head h;
  end if;
  insert into journal.command (id, account, fingerprint, position, at, answer)
    values (command, account, fingerprint, here, command_at, answer::json);
  return here;
end $$;
