/** The SQL of fences: rows are written only by the projection, from facts. */
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { Fact, Projection, Tx } from '#kernel/journal.ts'
import { sqlOf, type Db } from '#platform/db/sql.ts'
import type { FenceEventView, FencePassageKind, FenceView } from './contract.ts'
import type { Fence, Told } from './fence.ts'

export type FenceRow = Omit<FenceView, 'alarms'>

const columns = `id, agency::text as agency, name, geometry, applies_to as "appliesTo", tells, hours, severity, visit_seconds as "visitSeconds",
  drawn_at as "drawnAt", drawn_by as "drawnBy", changed_at as "changedAt", retired_at as "retiredAt"`

const inUseSql = `select ${columns} from patrol.fence where retired_at is null order by name, id`
export const fencesInUse = (db: Db): Promise<FenceRow[]> => db.query<FenceRow>(inUseSql)

const allSql = `select ${columns} from patrol.fence order by retired_at is not null, name, id`
export const allFences = (db: Db): Promise<FenceRow[]> => db.query<FenceRow>(allSql)

const someSql = `select ${columns} from patrol.fence where id = any($1::text[])`
export const fencesById = (db: Db, ids: readonly string[]): Promise<FenceRow[]> => db.query<FenceRow>(someSql, [ids])

const lockSql = `select ${columns} from patrol.fence where id = $1 for update`
/** Locked until the transaction ends: who changes or tells is answered in turn. */
export async function lockFence(tx: Tx, id: string): Promise<Fence | undefined> {
  const [row] = await sqlOf(tx).query<FenceRow>(lockSql, [id])
  return row
}

const namedSql = `select 1 from patrol.fence where agency = $1::ltree and name = $2 and retired_at is null and id <> $3`
export const isNameTaken = async (tx: Tx, agency: AgencyPath, name: string, exceptFence: string): Promise<boolean> =>
  (await sqlOf(tx).query(namedSql, [agency, name.trim(), exceptFence])).length > 0

const toldSql = `select kind, max(fix_at) as at from patrol.passage where fence = $1 and unit = $2 group by kind`
/** What was told last of a unit at a fence. */
export async function toldOf(tx: Tx, fence: string, unit: string): Promise<Told> {
  const rows = await sqlOf(tx).query<{ kind: FencePassageKind; at: Instant }>(toldSql, [fence, unit])
  return Object.fromEntries(rows.map(({ kind, at }) => [kind, at]))
}

const passageColumns = `p.id, p.fence, f.name as "fenceName", f.agency::text as agency, p.unit, p.kind, p.fix_at as "fixAt", p.since, p.after_silence as "afterSilence",
  p.seconds, p.peak_kmh as "peakKmh", p.severity, p.told_at as "toldAt", p.seen_at as "seenAt", p.seen_by as "seenBy"`

const lockPassageSql = `select ${passageColumns} from patrol.passage p join patrol.fence f on f.id = p.fence where p.id = $1 for update of p`
export async function lockPassage(tx: Tx, id: string): Promise<FenceEventView | undefined> {
  const [row] = await sqlOf(tx).query<FenceEventView>(lockPassageSql, [id])
  return row
}

const waitingSql = `
  select ${passageColumns} from patrol.fence f cross join lateral
    (select * from patrol.passage where fence = f.id and severity = 'alarm' and seen_at is null order by told_at desc, id limit 20) p
    where f.id = any($1::text[]) order by p.told_at desc, p.id`
/** Alarms of which nobody took note, newest first, at most 20 of each fence. */
export const waitingAlarms = (db: Db, fences: readonly string[]): Promise<FenceEventView[]> => db.query<FenceEventView>(waitingSql, [fences])

const passagesSql = `
  select ${passageColumns} from patrol.passage p join patrol.fence f on f.id = p.fence
    where p.fix_at >= $1 and p.fix_at < $2 and ($3::text is null or p.fence = $3) and ($4::text is null or p.unit = $4)
      and (f.agency <@ any($5::ltree[]) or (f.agency @> any($5::ltree[]) and p.unit = any($7::text[])))
      and ($8::bigint is null or p.fix_at < $8 or (p.fix_at = $8 and p.id > $9))
    order by p.fix_at desc, p.id limit $6`
/** Newest first: at fences of these parts of the tree, and at those of the agencies above what these units did. */
export const passagesOf = (db: Db, asked: { readonly from: Instant; readonly to: Instant; readonly fence?: string; readonly unit?: string; readonly scope: readonly AgencyPath[]; readonly units: readonly string[]; readonly limit: number; readonly after?: Pick<FenceEventView, 'fixAt' | 'id'> | undefined }): Promise<FenceEventView[]> =>
  db.query<FenceEventView>(passagesSql, [asked.from, asked.to, asked.fence ?? null, asked.unit ?? null, asked.scope, asked.limit, asked.units, asked.after?.fixAt ?? null, asked.after?.id ?? null])

const lateSql = `select fence, max(told_at) as at from patrol.passage where unit = any($1::text[]) and fix_at >= $2 and fix_at < $3 and told_at > $4 group by fence`
/** Fences at which these units did something in [from, to) that was told after an instant, and when that was told last. */
export const toldLate = async (db: Db, units: readonly string[], from: Instant, to: Instant, after: Instant): Promise<Map<string, Instant>> =>
  new Map((await db.query<{ fence: string; at: Instant }>(lateSql, [units, from, to, after])).map(({ fence, at }) => [fence, at]))

const insideSql = `
  select distinct on (p.fence, p.unit) p.fence, p.unit, p.kind, p.fix_at as "fixAt",
    exists (select from patrol.passage s where s.fence = p.fence and s.unit = p.unit and s.kind = 'stayed' and s.fix_at >= p.fix_at) as "stayTold"
  from patrol.passage p join patrol.fence f on f.id = p.fence
    where p.kind in ('entered', 'left') and p.unit = any($1::text[]) and p.fix_at >= $2 and p.told_at >= f.changed_at order by p.fence, p.unit, p.fix_at desc`
export type LastCrossing = { readonly fence: string; readonly unit: string; readonly kind: 'entered' | 'left'; readonly fixAt: Instant; readonly stayTold: boolean }
/** The last crossing of each of these units at each fence, since an instant and since the fence is as it is. */
export const lastCrossings = (db: Db, units: readonly string[], since: Instant): Promise<LastCrossing[]> => db.query<LastCrossing>(insideSql, [units, since])

const staysSql = `
  select distinct on (p.fence, p.unit) p.fence, p.unit, p.fix_at as "fixAt" from patrol.passage p join patrol.fence f on f.id = p.fence
    where p.kind = 'stayed' and p.unit = any($1::text[]) and p.fix_at >= $2 and p.told_at >= f.changed_at order by p.fence, p.unit, p.fix_at desc`
/** The last stay that was told of each of these units at each fence, since an instant and since the fence is as it is. */
export const lastStays = (db: Db, units: readonly string[], since: Instant): Promise<{ readonly fence: string; readonly unit: string; readonly fixAt: Instant }[]> => db.query(staysSql, [units, since])

const insertFenceSql = `
  insert into patrol.fence (id, agency, name, geometry, applies_to, tells, hours, severity, drawn_at, drawn_by, changed_at, visit_seconds)
  values ($1, $2::ltree, $3, $4::jsonb, $5::jsonb, $6::jsonb, $7::jsonb, $8, $9, $10, $9, $11)`
const updateFenceSql = `
  update patrol.fence set name = $2, geometry = $3::jsonb, applies_to = $4::jsonb, tells = $5::jsonb, hours = $6::jsonb, severity = $7, changed_at = $8, visit_seconds = $9 where id = $1`
const insertPassageSql = `
  insert into patrol.passage (id, fence, unit, kind, fix_at, since, after_silence, seconds, peak_kmh, severity, told_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

async function apply(tx: Tx, { type, stream, agency, at, actor, data }: Fact): Promise<void> {
  const id = stream.slice('fence/'.length)
  const sql = sqlOf(tx)
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value))
  switch (type) {
    case 'fence-drawn':
      await sql.query(insertFenceSql, [id, agency, data['name'], json(data['geometry']), json(data['appliesTo']), json(data['tells']), json(data['hours']), data['severity'], at, actor.name, data['visitSeconds'] ?? null])
      return
    case 'fence-changed':
      await sql.query(updateFenceSql, [id, data['name'], json(data['geometry']), json(data['appliesTo']), json(data['tells']), json(data['hours']), data['severity'], at, data['visitSeconds'] ?? null])
      return
    case 'fence-retired':
      await sql.query(`update patrol.fence set retired_at = $2, changed_at = $2 where id = $1`, [id, at])
      return
    case 'fence-alarm-seen':
      await sql.query(`update patrol.passage set seen_at = $2, seen_by = $3 where id = $1`, [data['passage'], at, actor.name])
      return
    default: {
      const { passage, unit, fixAt, since, afterSilence, seconds, peakKmh, severity } = data
      await sql.query(insertPassageSql, [passage, id, unit, type.slice('fence-'.length), fixAt, since, afterSilence ?? false, seconds ?? null, peakKmh ?? null, severity, at])
    }
  }
}

export const projections: readonly Projection[] = [
  { types: ['fence-drawn', 'fence-changed', 'fence-retired', 'fence-entered', 'fence-left', 'fence-stayed', 'fence-speeding', 'fence-alarm-seen'], apply },
]
