/** The SQL of positions: observations in one table per UTC day, written in batches, dropped by the day. */
import type { Db, Sql } from '#platform/db/sql.ts'
import { retentionDaysUsual, type TrackPoint } from './contract.ts'
import { isNewer, type Fix, type Track } from './fix.ts'
import { positionRows } from './position-rows.ts'

export type PositionRow = {
  /** The unit's short number. */
  readonly unit: number
  readonly fix: Fix
  readonly altitudeMeters: number | null
  readonly flagged: boolean
}

const DAY_MS = 86_400_000
const dayOf = (at: number) => Math.floor(at / DAY_MS)
const tableOf = (day: number) => `position_${new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')}`

const dayOfTable = (name: string) => dayOf(Date.parse(name.replace(/^position_(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3T00:00:00Z')))

/** One fix in a database: no two rows have the same. */
export const keyOf = (unit: number, fix: Pick<Fix, 'fixAt' | 'device'>) => `${unit}/${fix.fixAt}/${fix.device}`

const columns = 'unit, device, fix_at, taken_at, lon, lat, speed_kmh, course_deg, altitude_meters, accuracy_meters, flagged'

// Which rows were new is asked only when some were not: nearly always all of them are.
const insertSql = `
  with written as (
    insert into units.position (${columns})
    select * from unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[], $5::float8[], $6::float8[],
      $7::real[], $8::real[], $9::real[], $10::real[], $11::boolean[])
    on conflict do nothing
    returning unit, fix_at, device)
  select case when count(*) < cardinality($1::int[]) then coalesce(json_agg(json_build_array(unit, fix_at, device)), '[]') end as keys from written`

/** Write rows of which some may be known. Answers those that were. */
async function insertPositions(sql: Sql, rows: readonly PositionRow[]): Promise<ReadonlySet<PositionRow>> {
  // As PostgreSQL writes arrays itself: making them of many values is half the driver's work otherwise.
  const column = (pick: (row: PositionRow) => number | boolean | null) => `{${rows.map((row) => pick(row) ?? 'null').join()}}`
  const [{ keys } = { keys: null }] = await sql.query<{ keys: [unit: number, fixAt: number, device: number][] | null }>(insertSql, [
    column((row) => row.unit),
    column((row) => row.fix.device),
    column((row) => row.fix.fixAt),
    column((row) => row.fix.takenAt),
    column((row) => row.fix.lon),
    column((row) => row.fix.lat),
    column((row) => row.fix.speedKmh),
    column((row) => row.fix.courseDeg),
    column((row) => row.altitudeMeters),
    column((row) => row.fix.accuracyMeters),
    column((row) => row.flagged),
  ])
  if (keys === null) return none
  const written = new Set(keys.map(([unit, fixAt, device]) => keyOf(unit, { fixAt, device })))
  return new Set(rows.filter(({ unit, fix }) => !written.has(keyOf(unit, fix))))
}
const none: ReadonlySet<PositionRow> = new Set()

const copySql = `copy units.position (${columns}) from stdin (format binary)`
const isKnownAlready = (error: unknown) => (error as { code?: unknown }).code === '23505'
/** The table of a row's day is gone: no partition is for it. */
export const isDayMissing = (error: unknown): boolean => (error as { code?: unknown } | undefined)?.code === '23514'

/**
 * Write rows. Durable when it returns.
 *
 * No two rows are the same.
 *
 * @param fresh     believed to be new: copied, which costs the database a third. Should one be known after all —
 *                  another node took it, or its first writing was never heard of — all are inserted.
 * @param doubtful  inserted one by one where they are not known
 * @returns the rows that were known, of either
 */
export async function writePositions(db: Db, fresh: readonly PositionRow[], doubtful: readonly PositionRow[]): Promise<ReadonlySet<PositionRow>> {
  if (fresh.length === 0) return insertPositions(db, doubtful)
  try {
    if (doubtful.length > 0) {
      return await db.transaction(async (sql) => {
        await sql.copy(copySql, positionRows(fresh))
        return insertPositions(sql, doubtful)
      })
    }
    await db.copy(copySql, positionRows(fresh))
    return none
  } catch (error) {
    if (!isKnownAlready(error)) throw error
    return insertPositions(db, [...fresh, ...doubtful])
  }
}

const isAttachedSql = `select 1 from pg_inherits where inhrelid = to_regclass($1) and inhparent = 'units.position'::regclass`

/**
 * Make the day tables that are missing, for days numbered since 1970.
 *
 * A table is made aside and then attached, which does not stop those who write to other days.
 */
export async function makeDays(db: Db, days: readonly number[]): Promise<void> {
  await db.transaction(async (sql) => {
    await sql.query(`select pg_advisory_xact_lock(hashtextextended('units/position-days', 0))`)
    for (const day of days) {
      const table = `units.${tableOf(day)}`
      if ((await sql.query(isAttachedSql, [table])).length > 0) continue
      // Names and bounds of a definition cannot be parameters; both are made of one integer.
      // Vacuumed at every twentieth of its growth: what is vacuumed is read from the index alone.
      await sql.query(`create table ${table} (like units.position including all) with (autovacuum_vacuum_insert_scale_factor = 0.05)`)
      await sql.query(
        `alter table units.position attach partition ${table} for values from (${day * DAY_MS}) to (${(day + 1) * DAY_MS})`,
      )
    }
  })
}

/** The days that have a table, ascending. */
export async function listDays(db: Db): Promise<number[]> {
  const rows = await db.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'units.position'::regclass order by c.relname`,
  )
  return rows.map(({ name }) => dayOfTable(name))
}

/** Tables of days that are half on their way out: waited for in vain, or the process ended in between. Pending or detached, nobody reads them. */
const leavingSql = `
  select c.relname as name, coalesce(i.inhdetachpending, false) as pending from pg_class c left join pg_inherits i on i.inhrelid = c.oid
  where c.relnamespace = 'units'::regnamespace and c.relkind = 'r' and c.relname ~ '^position_[0-9]{8}$' and (i.inhrelid is null or i.inhdetachpending)
  order by c.relname`

const leaveMs = 5_000

/**
 * Drop whole days, and what earlier rounds left half dropped.
 *
 * A day first leaves the table concurrently: that waits for those who read now, and nobody waits behind it. To drop it at once would take a
 * lock under which every write queues behind the longest reader. One who drops at a time: another would find days half out that nothing is wrong with.
 *
 * @param onFault  told of a day that could not be dropped: the next round goes on with it
 * @param waitMs   the longest wait for readers, of each day
 * @returns the days that are gone
 */
export const dropDays = (db: Db, days: readonly number[], onFault: (what: string, cause: unknown) => void, waitMs = leaveMs): Promise<number[]> =>
  db.transaction(async (sql) => {
    await sql.query(`select pg_advisory_xact_lock(hashtextextended('units/drop-days', 0))`)
    return dropInTurn(db, days, onFault, waitMs)
  })

async function dropInTurn(db: Db, days: readonly number[], onFault: (what: string, cause: unknown) => void, waitMs: number): Promise<number[]> {
  const dropped: number[] = []
  const drop = async (table: string, leave: string | undefined): Promise<boolean> => {
    try {
      if (leave) await inTime(db, `alter table units.position detach partition units.${table} ${leave}`, waitMs)
      await db.transaction(async (sql) => {
        await sql.query(`set local lock_timeout = ${waitMs}`)
        await sql.query(`drop table if exists units.${table}`)
      })
      return true
    } catch (cause) {
      onFault(`dropping ${table}; tried again`, cause)
      return false
    }
  }
  const leaving = await db.query<{ name: string; pending: boolean }>(leavingSql)
  // One partition at a time can be on its way out: first things first.
  for (const { name, pending } of leaving) if (await drop(name, pending ? 'finalize' : undefined)) dropped.push(dayOfTable(name))
  const there = new Set(await listDays(db))
  for (const day of days) {
    const table = tableOf(day)
    if (!there.has(day) || leaving.some(({ name }) => name === table)) continue
    if (await drop(table, 'concurrently')) dropped.push(day)
  }
  return dropped
}

/** Run one statement that may be in no transaction, and so have no time limit of its own. @throws the database's error when it took longer */
async function inTime(sql: Sql, statement: string, limitMs: number): Promise<void> {
  const cancel = () => sql.query(`select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and state = 'active' and query = $1`, [statement]).catch(() => {})
  const timer = setInterval(() => void cancel(), limitMs)
  try {
    await sql.query(statement)
  } finally {
    clearInterval(timer)
  }
}

/** Make sure that the days of these instants can be written to. Remembers what it made. */
export function dayKeeper(db: Db) {
  const known = new Set<number>()
  return {
    async ensure(instants: Iterable<number>): Promise<void> {
      const missing = new Set<number>()
      for (const at of instants) if (!known.has(dayOf(at))) missing.add(dayOf(at))
      if (missing.size === 0) return
      await makeDays(db, [...missing].sort((a, b) => a - b))
      for (const day of missing) known.add(day)
    },
    forget: () => known.clear(),
  }
}
export type DayKeeper = ReturnType<typeof dayKeeper>

/** Days of which every moment is older than `retentionDays`. What is older of the day that is left can be read by nobody. */
export const expiredDays = (days: readonly number[], now: number, retentionDays: number): number[] =>
  days.filter((day) => (day + 1) * DAY_MS <= now - retentionDays * DAY_MS)

/** From three days back (what a device kept without signal) to a week ahead. */
export const daysAround = (now: number): number[] =>
  Array.from({ length: 11 }, (_, index) => (dayOf(now) - 3 + index) * DAY_MS)

type FixRow = {
  unit: number
  device: number
  fix_at: number
  taken_at: number
  lon: number
  lat: number
  speed_kmh: number | null
  course_deg: number | null
  accuracy_meters: number | null
}

const fixOf = (row: FixRow): Fix => ({
  fixAt: row.fix_at,
  takenAt: row.taken_at,
  device: row.device,
  lon: row.lon,
  lat: row.lat,
  speedKmh: row.speed_kmh,
  courseDeg: row.course_deg,
  accuracyMeters: row.accuracy_meters,
})

// Newest as `isNewer` has it. Only fixes ahead of our clock can be out of `fix_at` order, and by a minute at most:
// so the newest is within a minute of the highest `fix_at`.
const lastSql = (flagged: boolean) => `
  select p.unit, p.device, p.fix_at, p.taken_at, p.lon, p.lat, p.speed_kmh, p.course_deg, p.accuracy_meters
  from units.unit u
  cross join lateral (
    select max(fix_at) as highest from units.position p
    where p.unit = u.handle and ${flagged ? '' : 'not '}flagged and p.fix_at >= u.on_duty_since and p.fix_at >= $1
  ) h
  cross join lateral (
    select * from units.position p
    where p.unit = u.handle and ${flagged ? '' : 'not '}flagged
      and p.fix_at >= greatest(u.on_duty_since, h.highest - 120000) and p.fix_at <= h.highest and p.fix_at >= $1
    order by least(p.fix_at, p.taken_at) desc, p.fix_at desc, p.device desc
    limit 1
  ) p
  where u.retired_at is null and u.on_duty_since is not null`

/**
 * Where each unit on duty was last, by its number: what the live registry had when it was last told.
 *
 * @param since  when the oldest open shift began: no older day's table is opened
 */
export async function loadTracks(db: Db, since: number): Promise<Map<number, Track>> {
  const tracks = new Map<number, Track>()
  for (const row of await db.query<FixRow>(lastSql(false), [since])) {
    tracks.set(row.unit, { place: fixOf(row), suspect: null })
  }
  for (const row of await db.query<FixRow>(lastSql(true), [since])) {
    const suspect = fixOf(row)
    const place = tracks.get(row.unit)?.place ?? null
    if (!place || isNewer(suspect, place)) tracks.set(row.unit, { place, suspect })
  }
  return tracks
}

/**
 * As SQL: the instant from which on positions of a unit may be read, whether older ones were swept yet or not.
 *
 * @param unit  SQL for the unit's short number
 * @param now   SQL for the present instant
 */
export const keptSinceSql = (unit: string, now: string): string => `(
  select ${now}::bigint - ${DAY_MS}::bigint * coalesce(min(r.days), ${retentionDaysUsual})
  from units.unit its left join units.retention r on r.agency @> its.agency where its.handle = ${unit})`

const readTrackSql = `
  select unit, device, fix_at, taken_at, lon, lat, speed_kmh, course_deg, accuracy_meters, flagged
  from units.position p where unit = $1 and fix_at >= $2 and fix_at < $3 and fix_at >= ${keptSinceSql('$1', '$5')}
  order by fix_at, device limit $4`

/** Points of a unit between two instants, oldest first, none older than its agency keeps them. */
export async function readTrack(db: Db, unit: number, from: number, to: number, limit: number, now: number): Promise<TrackPoint[]> {
  const rows = await db.query<FixRow & { flagged: boolean }>(readTrackSql, [unit, from, to, limit, now])
  return rows.map((row) => ({
    fixAt: row.fix_at,
    lon: row.lon,
    lat: row.lat,
    speedKmh: row.speed_kmh,
    courseDeg: row.course_deg,
    accuracyMeters: row.accuracy_meters,
    flagged: row.flagged,
  }))
}

const sweepSql = `
  delete from units.position p
  using units.shift s join units.unit u on u.id = s.unit
  where s.ended_at >= $1 and p.unit = u.handle and p.fix_at >= s.ended_at
    and p.fix_at < coalesce(
      (select min(n.started_at) from units.shift n where n.unit = s.unit and n.number > s.number),
      9007199254740991)`

/**
 * Forget what was measured after a shift had ended: a fix may be on its way while its unit goes off duty.
 *
 * @param since  shifts that ended at this instant or later are looked at
 */
export const sweepOffDuty = async (db: Db, since: number): Promise<void> => void (await db.query(sweepSql, [since]))
