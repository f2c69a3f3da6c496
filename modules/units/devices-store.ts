/** The SQL of devices and their keys. A key is a credential: only its SHA-256 is kept, and never in the journal. */
import { createHash } from 'node:crypto'
import type { Tx } from '#kernel/journal.ts'
import { sqlOf, type Db, type Sql } from '#platform/db/sql.ts'
import type { DeviceSettings, Protocol } from './contract.ts'
import type { Device } from './device.ts'

const columns = `d.id, d.number, d.unit, d.label, d.registered_at, d.protocol, d.terminal, d.crs, d.zone_minutes, d.version,
  d.requires_token, d.left_out, d.vehicle_plate, d.keeps_fences, d.asks_crew`

type Row = {
  id: string
  number: number
  unit: string
  label: string
  registered_at: number
  protocol: Protocol
  terminal: string | null
  crs: DeviceSettings['crs']
  zone_minutes: number | null
  version: DeviceSettings['version']
  requires_token: boolean
  left_out: DeviceSettings['leftOut']
  vehicle_plate: string | null
  keeps_fences: boolean
  asks_crew: boolean
}

const deviceOf = (row: Row): Device => ({
  id: row.id,
  number: row.number,
  unit: row.unit,
  label: row.label,
  registeredAt: row.registered_at,
  protocol: row.protocol,
  terminal: row.terminal,
  settings: {
    crs: row.crs,
    zoneMinutes: row.zone_minutes,
    version: row.version,
    requiresToken: row.requires_token,
    leftOut: row.left_out,
    vehiclePlate: row.vehicle_plate,
    keepsFences: row.keeps_fences,
    asksCrew: row.asks_crew,
  },
})

const devicesWhere = async (sql: Pick<Sql, 'query'>, condition: string, params: readonly unknown[]): Promise<Device[]> =>
  (await sql.query<Row>(`select ${columns} from units.device d where ${condition} and d.removed_at is null order by d.number`, params)).map(deviceOf)

const hashOf = (key: string) => createHash('sha256').update(key).digest()

/** Every device that is not removed. */
export const loadDevices = (db: Db): Promise<Device[]> => devicesWhere(db, 'true', [])

/** A short number for position rows. An allocator: numbers of commands that came to nothing are lost. */
export async function nextDeviceNumber(tx: Tx): Promise<number> {
  const [row] = await sqlOf(tx).query<{ next: number }>(`select nextval('units.device_number')::integer as next`)
  return row!.next
}

/** Devices that are not removed, of these units. */
export const listDevices = (db: Db, units: readonly string[]): Promise<Device[]> => devicesWhere(db, 'd.unit = any($1::text[])', [units])

/** Devices of a unit that are not removed, as this transaction sees them: whatever other nodes did before the unit was locked is in it. */
export const devicesOf = (tx: Tx, unit: string): Promise<Device[]> => devicesWhere(sqlOf(tx), 'd.unit = $1', [unit])

export const findDevice = async (db: Db, id: string): Promise<Device | undefined> => (await devicesWhere(db, 'd.id = $1', [id]))[0]

/** A device, locked until the transaction ends; undefined when it is removed. */
export async function lockDevice(tx: Tx, id: string): Promise<Device | undefined> {
  const [row] = await sqlOf(tx).query<Row>(`select ${columns} from units.device d where d.id = $1 and d.removed_at is null for update`, [id])
  return row && deviceOf(row)
}

/** Whether a device answers to this number. Locked: nobody else takes it meanwhile. */
export async function terminalTaken(tx: Tx, protocol: Protocol, terminal: string): Promise<boolean> {
  const sql = sqlOf(tx)
  await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`units/terminal/${protocol}/${terminal}`])
  return (await sql.query('select 1 from units.device where protocol = $1 and terminal = $2 and removed_at is null', [protocol, terminal])).length > 0
}

const keepKey = `
  insert into units.device_key (device, hash, issued_at) values ($1, $2, $3)
  on conflict (device) do update set hash = excluded.hash, issued_at = excluded.issued_at, shown_at = null`

/**
 * Give a device a key in the command that decides so; the one before is dead at once. Locked: no other device gets it meanwhile.
 *
 * @returns false where another device has it
 */
export async function giveKey(tx: Tx, device: string, key: string, at: number): Promise<boolean> {
  const sql = sqlOf(tx)
  const hash = hashOf(key)
  await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`units/key/${hash.toString('hex')}`])
  // A node of the version before leaves the keys of what it removes.
  await sql.query('delete from units.device_key k using units.device d where k.hash = $1 and d.id = k.device and d.removed_at is not null', [hash])
  if ((await sql.query('select 1 from units.device_key where hash = $1 and device <> $2', [hash, device])).length > 0) return false
  await sql.query(keepKey, [device, hash, at])
  return true
}

/** Give a terminal that registers a new token; the one before is dead at once. */
export const setKey = async (db: Db, device: string, key: string, at: number): Promise<void> => void (await db.query(keepKey, [device, hashOf(key), at]))

/** Whether this is the terminal's token; from then on it is in use. */
export async function showToken(db: Db, device: string, token: string, at: number): Promise<boolean> {
  const hash = hashOf(token)
  const [row] = await db.query<{ shown_at: number | null }>('select shown_at from units.device_key where device = $1 and hash = $2', [device, hash])
  if (row?.shown_at === null) await db.query('update units.device_key set shown_at = $3 where device = $1 and hash = $2', [device, hash, at])
  return row !== undefined
}

/** Whether the terminal has shown the token that it was given last: one whose answer was lost has none. */
export const isTokenInUse = async (db: Db, device: string): Promise<boolean> =>
  (await db.query('select 1 from units.device_key where device = $1 and shown_at is not null', [device])).length > 0

/** The device whose key this is. Removed devices have none that counts. */
export async function findDeviceByKey(db: Db, key: string): Promise<Device | undefined> {
  const [row] = await db.query<Row>(
    `select ${columns} from units.device_key k join units.device d on d.id = k.device
     where k.hash = $1 and d.removed_at is null`,
    [hashOf(key)],
  )
  return row && deviceOf(row)
}

/** When devices were last heard, by their numbers, as it was written down last. */
export async function loadSeen(db: Db, numbers: readonly number[]): Promise<Map<number, number>> {
  const rows = await db.query<{ device: number; seen_at: number }>('select device, seen_at from units.device_seen where device = any($1::int[])', [numbers])
  return new Map(rows.map((row) => [row.device, row.seen_at]))
}

/** Bring up to date when devices were last heard. Several nodes may: the newest counts. */
export const keepSeen = async (db: Db, seen: readonly { readonly number: number; readonly seenAt: number }[]): Promise<void> =>
  void (await db.query(
    `insert into units.device_seen (device, seen_at) select * from unnest($1::int[], $2::bigint[])
     on conflict (device) do update set seen_at = greatest(units.device_seen.seen_at, excluded.seen_at)`,
    [seen.map(({ number }) => number), seen.map(({ seenAt }) => seenAt)],
  ))
