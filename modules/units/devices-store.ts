/** The SQL of devices and their keys. A key is a credential: only its SHA-256 is kept, and never in the journal. */
import { createHash } from 'node:crypto'
import type { Tx } from '#kernel/journal.ts'
import { sqlOf, type Db } from '#platform/db/sql.ts'

export type Device = {
  readonly id: string
  readonly number: number
  readonly unit: string
  readonly label: string
  readonly registeredAt: number
}

const columns = `d.id, d.number, d.unit, d.label, d.registered_at as "registeredAt"`

const hashOf = (key: string) => createHash('sha256').update(key).digest()

/** A short number for position rows. An allocator: numbers of commands that came to nothing are lost. */
export async function nextDeviceNumber(tx: Tx): Promise<number> {
  const [row] = await sqlOf(tx).query<{ next: number }>(`select nextval('units.device_number')::integer as next`)
  return row!.next
}

/** Devices that are not removed, of these units. */
export const listDevices = (db: Db, units: readonly string[]): Promise<Device[]> =>
  db.query<Device>(
    `select ${columns} from units.device d where d.unit = any($1::text[]) and d.removed_at is null order by d.number`,
    [units],
  )

export async function findDevice(db: Db, id: string): Promise<Device | undefined> {
  const [row] = await db.query<Device>(`select ${columns} from units.device d where d.id = $1 and d.removed_at is null`, [id])
  return row
}

/** A device, locked until the transaction ends; undefined when it is removed. */
export async function lockDevice(tx: Tx, id: string): Promise<Device | undefined> {
  const [row] = await sqlOf(tx).query<Device>(
    `select ${columns} from units.device d where d.id = $1 and d.removed_at is null for update`,
    [id],
  )
  return row
}

/** Give a device a new key; the one before is dead at once. */
export const setKey = async (db: Db, device: string, key: string, at: number): Promise<void> =>
  void (await db.query(
    `insert into units.device_key (device, hash, issued_at) values ($1, $2, $3)
     on conflict (device) do update set hash = excluded.hash, issued_at = excluded.issued_at`,
    [device, hashOf(key), at],
  ))

/** The device whose key this is. Removed devices have none that counts. */
export async function findDeviceByKey(db: Db, key: string): Promise<Device | undefined> {
  const [row] = await db.query<Device>(
    `select ${columns} from units.device_key k join units.device d on d.id = k.device
     where k.hash = $1 and d.removed_at is null`,
    [hashOf(key)],
  )
  return row
}

/** Devices by their public ids. */
export const findDevices = (db: Db, ids: readonly string[]): Promise<Device[]> =>
  db.query<Device>(`select ${columns} from units.device d where d.id = any($1::text[]) and d.removed_at is null`, [ids])
