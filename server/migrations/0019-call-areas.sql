-- safe
-- What was drawn for a call: the ring as [lon, lat] places, so that the map shows it while the call is open. Null: the call went to something else.
alter table messages.broadcast add area jsonb;
update messages.broadcast set area = data::jsonb -> 'area'
from journal.entry
where entry.stream = 'broadcast/' || broadcast.id and entry.type = 'broadcast-sent' and jsonb_typeof(data::jsonb -> 'area') = 'array';
