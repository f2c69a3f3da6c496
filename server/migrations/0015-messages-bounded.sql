-- safe
-- What grows is bounded, and a copy of the database opens no group bot.

-- Key and secret of a bot are closed by the program when it starts (platform/auth/seal.ts); what is shown of the key stands apart.
alter table messages.bot add ending text not null default '';
update messages.bot set ending = right(token, 4);

-- To how many a message of a whole agency went: who they were follows from the shifts. Null: `members` are they.
alter table messages.message add reached integer;
-- Who of a crew wrote it; null from a watch room.
alter table messages.message add author text;

-- Crews read what was sent since their shift began.
create index group_in on messages.channel using gin (units) where kind = 'group' and closed_at is null;
create index message_time on messages.message (channel, at);

-- A call around a place, in a fence; by whose account; what became of it when too few came.
alter table messages.broadcast add kilometers real;
alter table messages.broadcast add fence text;
alter table messages.broadcast add sender text;
alter table messages.broadcast add escalated_at bigint;
alter table messages.broadcast add seen_at bigint;
alter table messages.broadcast add seen_by text;
create index broadcast_open on messages.broadcast (sent_at) where ended_at is null;
create index bot_post_lately on messages.bot_post (bot, posted_at) where posted_at is not null;
