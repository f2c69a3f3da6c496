/** The SQL of reading the past: which units there were, when they were on duty, and where. Nothing past its retention. */
import type { AgencyPath, Instant, MemberId, UnitId } from '#kernel/names.ts'
import type { Db } from '#platform/db/sql.ts'
import type { UnitKind } from './contract.ts'
import { keptSinceSql } from './positions-store.ts'

/** A unit of the past: retired ones too. */
export type PastUnit = { readonly id: UnitId; readonly handle: number; readonly callSign: string; readonly kind: UnitKind; readonly agency: AgencyPath }

/** On duty from … to (null: still), whole shifts. */
export type PastShift = { readonly unit: UnitId; readonly startedAt: Instant; readonly endedAt: Instant | null }

const unitColumns = `u.id, u.handle, u.call_sign as "callSign", u.kind, u.agency::text as agency`

/** Units by their ids; those that never were are missing. By handle. */
export const pastUnits = (db: Db, ids: readonly UnitId[]): Promise<PastUnit[]> =>
  db.query(`select ${unitColumns} from units.unit u where u.id = any($1) order by u.handle`, [ids])

/** Units of a part of the tree that were on duty in [from, to). By handle; at most `limit`. */
export const unitsOnDuty = (db: Db, agency: AgencyPath, from: Instant, to: Instant, limit: number): Promise<PastUnit[]> =>
  db.query(
    `select ${unitColumns} from units.unit u
     where u.agency <@ $1::ltree
       and exists (select from units.shift s where s.unit = u.id and s.started_at < $3 and (s.ended_at is null or s.ended_at > $2))
     order by u.handle limit $4`,
    [agency, from, to, limit],
  )

const crewsAtSql = `
  select distinct c.member from units.crew c join units.unit u on u.id = c.unit
    where u.agency <@ $1::ltree and c.joined_at <= $2 and (c.left_at is null or c.left_at > $2)`
/** Answers that are remembered: what is past does not change, and receipts of one message come in flocks. */
const crewsKept = 32

/** Who sat in the units of a part of the tree at an instant that is past. */
export function crewsReader(db: Db): (agency: AgencyPath, at: Instant) => Promise<ReadonlySet<MemberId>> {
  const kept = new Map<string, ReadonlySet<MemberId>>()
  return async (agency, at) => {
    const key = `${agency} ${at}`
    const known = kept.get(key) ?? new Set((await db.query<{ member: MemberId }>(crewsAtSql, [agency, at])).map(({ member }) => member))
    kept.delete(key) // the last asked for is the last to go
    kept.set(key, known)
    for (const oldest of kept.keys()) if (kept.size > crewsKept) kept.delete(oldest)
    return known
  }
}

/** The shifts of these units that touch [from, to), in order of their beginning. */
export const shiftsOf = (db: Db, units: readonly UnitId[], from: Instant, to: Instant): Promise<PastShift[]> =>
  db.query(
    `select unit, started_at as "startedAt", ended_at as "endedAt" from units.shift
     where unit = any($1) and started_at < $3 and (ended_at is null or ended_at > $2) order by started_at, unit`,
    [units, from, to],
  )

/** Fixes of one unit as columns, all of one length: whole numbers, so that they pack well. */
export type PastFixes = {
  /** Milliseconds since 1970 UTC, ascending. */
  readonly fixAt: number[]
  /** 10⁻⁶ degrees: a tenth of a metre. */
  readonly lon: number[]
  readonly lat: number[]
  /** 0.1 km/h; −1 where the receiver did not say. */
  readonly speed: number[]
  /** Degrees; −1 where the receiver did not say. */
  readonly course: number[]
  /** 1: an impossible jump, kept and never shown as the unit’s place. */
  readonly flagged: number[]
}

// One row of JSON text: the columns come ready, and no object is made for each fix. Tried (bench/history.ts, 5 M rows): a
// vehicle-day of 17,280 fixes as JSON 27 ms, as rows of objects 29 ms, as arrays 41 ms.
const pastFixesSql = `
  select
    coalesce(json_agg(p.fix_at), '[]') as "fixAt",
    coalesce(json_agg(round(p.lon * 1e6)::int), '[]') as lon,
    coalesce(json_agg(round(p.lat * 1e6)::int), '[]') as lat,
    coalesce(json_agg(coalesce(round(p.speed_kmh * 10)::int, -1)), '[]') as speed,
    coalesce(json_agg(coalesce(round(p.course_deg)::int, -1)), '[]') as course,
    coalesce(json_agg(p.flagged::int), '[]') as flagged
  from (
    select p.fix_at, p.lon, p.lat, p.speed_kmh, p.course_deg, p.flagged from units.position p
    where p.unit = $1 and p.fix_at >= $2 and p.fix_at < $3 and p.fix_at >= ${keptSinceSql('$1', '$5')}
    order by p.fix_at, p.device limit $4
  ) p`

/**
 * Fixes of a unit in [from, to), oldest first, none older than its agency keeps them.
 *
 * @param limit  at most so many; several devices may report in one millisecond, so a page is gone on with from its
 *               last instant only after what stands at that instant was dropped from it
 */
export async function pastFixes(db: Db, unit: number, from: Instant, to: Instant, limit: number, now: Instant): Promise<PastFixes> {
  const [row] = await db.query<PastFixes>(pastFixesSql, [unit, from, to, limit, now])
  return row!
}

/** How many fixes these units have in [from, to), of those that are kept. Read from the index alone. */
export async function countFixes(db: Db, units: readonly number[], from: Instant, to: Instant, now: Instant): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select coalesce(sum(c.count), 0)::float8 as count from unnest($1::int[]) u (handle) cross join lateral (
       select count(*) from units.position p where p.unit = u.handle and p.fix_at >= greatest($2, ${keptSinceSql('u.handle', '$4')}) and p.fix_at < $3) c`,
    [units, from, to, now],
  )
  return row!.count
}

/** From when on positions of each of these units may be read. */
export async function keptSinceOfEach(db: Db, units: readonly UnitId[], now: Instant): Promise<Map<UnitId, Instant>> {
  const rows = await db.query<{ id: UnitId; since: Instant }>(`select u.id, ${keptSinceSql('u.handle', '$2')} as since from units.unit u where u.id = any($1)`, [units, now])
  return new Map(rows.map(({ id, since }) => [id, since]))
}

/** From when on positions of all these units may be read. */
export async function keptSince(db: Db, units: readonly UnitId[], now: Instant): Promise<Instant> {
  const [row] = await db.query<{ since: number | null }>(`select max(${keptSinceSql('u.handle', '$2')}) as since from units.unit u where u.id = any($1)`, [units, now])
  return row?.since ?? 0
}
