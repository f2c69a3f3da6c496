-- safe
-- Calls for help by a button: whose an open one is. What terminals keep of our fences, and what their crews may answer.

-- `unit/ID`, or `account/ID` of an officer who sits in none. Pressed again while it is open, it is the same call.
alter table dispatch.incident add column called_by text;
update dispatch.incident incident
set called_by = coalesce('unit/' || (entry.data -> 'report' ->> 'unit'), 'account/' || (entry.data -> 'report' ->> 'by'))
from journal.entry entry
where entry.stream = 'incident/' || incident.id and entry.type = 'incident-opened' and entry.data -> 'report' ->> 'panic' = 'true';
create index incident_call on dispatch.incident (called_by) where called_by is not null and closed_at is null;
