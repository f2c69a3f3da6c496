/** The SQL of visits: observations, kept as long as the positions of their unit. */
import type { AgencyPath, Instant } from '#kernel/names.ts'
import { retentionDaysUsual } from '#modules/units/contract.ts'
import type { Db, Sql } from '#platform/db/sql.ts'
import type { VisitView } from './contract.ts'

const DAY_MS = 86_400_000

export type VisitRow = {
  readonly unit: string
  readonly fence: string
  /** Of the unit. */
  readonly agency: AgencyPath
  readonly arrivedAt: Instant
  readonly seenAt: Instant
  readonly leftAt: Instant | null
  readonly fixes: number
}

/** Several nodes see the same fixes: they write in turn, so that one visit is one row. */
const lockSql = `select pg_advisory_xact_lock(hashtextextended('patrol/visits', 0))`
const said = `unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::int[]) as k (unit, fence, agency, arrived_at, seen_at, left_at, fixes)`
const goOnSql = `
  update patrol.visit v set arrived_at = least(v.arrived_at, k.arrived_at), seen_at = greatest(v.seen_at, k.seen_at), fixes = greatest(v.fixes, k.fixes), left_at = greatest(v.seen_at, k.left_at)
  from ${said} where v.unit = k.unit and v.fence = k.fence and v.left_at is null and k.left_at is not null and v.arrived_at <= k.left_at`
const goOnOpenSql = `
  update patrol.visit v set arrived_at = least(v.arrived_at, k.arrived_at), seen_at = greatest(v.seen_at, k.seen_at), fixes = greatest(v.fixes, k.fixes)
  from ${said} where v.unit = k.unit and v.fence = k.fence and v.left_at is null and k.left_at is null`
// What another node ended meanwhile is not begun again.
const beginSql = `
  insert into patrol.visit (unit, fence, agency, arrived_at, seen_at, left_at, fixes)
  select k.unit, k.fence, k.agency::ltree, k.arrived_at, k.seen_at, k.left_at, k.fixes from ${said}
  where exists (select from patrol.fence f where f.id = k.fence) and not exists (
    select from patrol.visit v where v.unit = k.unit and v.fence = k.fence
      and v.arrived_at <= coalesce(k.left_at, 9223372036854775807) and coalesce(v.left_at, 9223372036854775807) >= k.arrived_at)
  on conflict do nothing`

/**
 * Keep visits, begun, going on or ended; those that another node keeps too are the same.
 *
 * @param rows  each unit and place once
 */
export async function keepVisits(sql: Sql, rows: readonly VisitRow[]): Promise<void> {
  if (rows.length === 0) return
  const column = <Key extends keyof VisitRow>(key: Key) => rows.map((row) => row[key])
  const params = [column('unit'), column('fence'), column('agency'), column('arrivedAt'), column('seenAt'), column('leftAt'), column('fixes')]
  await sql.query(lockSql)
  await sql.query(goOnSql, params)
  await sql.query(goOnOpenSql, params)
  await sql.query(beginSql, params)
}

const touchedSql = `select arrived_at as "arrivedAt", left_at as "leftAt" from patrol.visit where unit = $1 and fence = $2 and arrived_at <= $4 and coalesce(left_at, 9223372036854775807) >= $3`
const widenSql = `
  update patrol.visit set arrived_at = least(arrived_at, $4), left_at = greatest(left_at, $5), seen_at = greatest(seen_at, $5), fixes = greatest(fixes, $6)
  where unit = $1 and fence = $2 and arrived_at = $3`

/** Keep a visit that late fixes show to be over: what is known of it is made longer. What would make one of two visits, or end one that goes on, changes nothing. */
export async function keepLateVisit(sql: Sql, row: VisitRow & { readonly leftAt: Instant }): Promise<void> {
  await sql.query(lockSql)
  const touched = await sql.query<{ arrivedAt: Instant; leftAt: Instant | null }>(touchedSql, [row.unit, row.fence, row.arrivedAt, row.leftAt])
  const [first] = touched
  if (!first) await sql.query(beginSql, [[row.unit], [row.fence], [row.agency], [row.arrivedAt], [row.seenAt], [row.leftAt], [row.fixes]])
  else if (touched.length === 1 && first.leftAt !== null) await sql.query(widenSql, [row.unit, row.fence, first.arrivedAt, row.arrivedAt, row.leftAt, row.fixes])
}

/** Visits that nobody has ended. */
export const openVisits = (db: Db): Promise<VisitRow[]> =>
  db.query<VisitRow>(`select unit, fence, agency::text as agency, arrived_at as "arrivedAt", seen_at as "seenAt", null as "leftAt", fixes from patrol.visit where left_at is null`)

/** Of these units nobody is at these places any more: each visit ended with its last fix there. */
export const endVisits = async (db: Db, visits: readonly Pick<VisitRow, 'unit' | 'fence'>[]): Promise<void> =>
  void (await db.query(
    `update patrol.visit v set left_at = v.seen_at from unnest($1::text[], $2::text[]) as k (unit, fence) where v.unit = k.unit and v.fence = k.fence and v.left_at is null`,
    [visits.map(({ unit }) => unit), visits.map(({ fence }) => fence)],
  ))

/** A bound in every reader: what an agency no longer keeps cannot be read before it is swept either. */
const isKept = (now: string, agencies: string, days: string) =>
  `v.arrived_at >= ${now}::bigint - ${DAY_MS}::bigint * coalesce((select min(r.days) from unnest(${agencies}::ltree[], ${days}::int[]) as r (agency, days) where r.agency @> v.agency), ${retentionDaysUsual})`

const visitOrders = { arrived: 'v.arrived_at', stayed: '(coalesce(v.left_at, v.seen_at) - v.arrived_at)', fixes: 'v.fixes', fence: 'f.name', unit: 'v.unit' } as const

/** For how many days agencies said that positions are kept; where nobody did, as usual. */
type KeptDays = ReadonlyMap<AgencyPath, number>

type VisitsAsked = {
  readonly from: Instant
  readonly to: Instant
  readonly fence?: string
  readonly unit?: string
  /** Places of these parts of the tree; and of those above it what these units did there. */
  readonly scope: readonly AgencyPath[]
  readonly units: readonly string[]
  readonly kept: KeptDays
  readonly now: Instant
  readonly sort: keyof typeof visitOrders
  readonly direction: 'asc' | 'desc'
  readonly limit: number
}

/** Visits that touch [from, to). */
export const listVisits = (db: Db, asked: VisitsAsked): Promise<Omit<VisitView, 'callSign'>[]> =>
  db.query(
    `select v.unit, v.fence, f.name as "fenceName", v.arrived_at as "arrivedAt", v.left_at as "leftAt", v.seen_at as "seenAt",
       round((coalesce(v.left_at, v.seen_at) - v.arrived_at) / 1000.0)::int as seconds, v.fixes
     from patrol.visit v join patrol.fence f on f.id = v.fence
     where v.arrived_at < $2 and coalesce(v.left_at, v.seen_at) >= $1 and ($3::text is null or v.fence = $3) and ($4::text is null or v.unit = $4)
       and (f.agency <@ any($5::ltree[]) or (f.agency @> any($5::ltree[]) and v.unit = any($6::text[]))) and ${isKept('$7', '$8', '$9')}
     order by ${visitOrders[asked.sort]} ${asked.direction === 'asc' ? 'asc' : 'desc'}, v.arrived_at desc, v.unit limit $10`,
    [asked.from, asked.to, asked.fence ?? null, asked.unit ?? null, asked.scope, asked.units, asked.now, [...asked.kept.keys()], [...asked.kept.values()], asked.limit],
  )

/** Take away what is older than its agency keeps. */
export const sweepVisits = async (db: Db, now: Instant, kept: KeptDays): Promise<void> =>
  void (await db.query(`delete from patrol.visit v where not (${isKept('$1', '$2', '$3')})`, [now, [...kept.keys()], [...kept.values()]]))
