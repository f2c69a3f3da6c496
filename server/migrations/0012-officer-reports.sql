-- safe
-- When an officer made a report; the server may hear of it much later. Null for what the watch room took.

alter table dispatch.incident add column reported_at bigint;
