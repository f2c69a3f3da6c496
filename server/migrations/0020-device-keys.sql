-- safe
-- A key goes with its device: whoever was removed holds none that could come in the way of a new registration.
delete from units.device_key using units.device where device.id = device_key.device and device.removed_at is not null;

-- A device and its key come in one transaction, the key first.
alter table units.device_key alter constraint device_key_device_fkey deferrable initially deferred;

-- When a terminal first showed the token: from then on it has it.
alter table units.device_key add column shown_at bigint;
