/** The SQL of looks at the past: rows are written only by the projection, from facts. */
import type { Fact, Projection } from '#kernel/journal.ts'
import type { AgencyPath } from '#kernel/names.ts'
import { sqlOf, type Db, type Sql } from '#platform/db/sql.ts'
import type { LookView, OversightEvent } from './contract.ts'
import type { Asked, Playback } from './playback.ts'

/** The tables that replaying the journal gives back, row for row. */
export const projectedTables = ['oversight.playback', 'oversight.playback_part'] as const

const openSql = `
  insert into oversight.playback (id, account, actor, from_at, to_at, reason, asked_agency, asked_incident, opened_at, until_at)
  values ($1, $2, $3, $4, $5, $6, $7::ltree, $8, $9, $10) on conflict (id) do nothing`
const partSql = `insert into oversight.playback_part (playback, agency, units, exports) values ($1, $2::ltree, $3, 0)`
const exportedSql = `update oversight.playback_part set exports = exports + 1 where playback = $1 and agency = $2::ltree`
const endSql = `update oversight.playback set ended_at = $2 where id = $1`

async function apply(sql: Sql, fact: Fact): Promise<void> {
  const id = fact.stream.slice('playback/'.length)
  const event = { type: fact.type, at: fact.at, ...fact.data } as OversightEvent // the journal gives back what was appended
  switch (event.type) {
    case 'playback-opened': {
      const { asked } = event
      const agency = asked !== 'units' && 'agency' in asked ? asked.agency : null
      const incident = asked !== 'units' && 'incident' in asked ? asked.incident : null
      await sql.query(openSql, [id, fact.actor.account, fact.actor.name, event.from, event.to, event.reason, agency, incident, event.at, event.until])
      await sql.query(partSql, [id, fact.agency, event.units])
      return
    }
    case 'playback-exported':
      return void (await sql.query(exportedSql, [id, fact.agency]))
    case 'playback-ended':
      return void (await sql.query(endSql, [id, event.at]))
  }
}

export const projections: Projection[] = [
  { types: ['playback-opened', 'playback-exported', 'playback-ended'], apply: (tx, fact) => apply(sqlOf(tx), fact) },
]

type PlaybackRow = {
  readonly id: string
  readonly account: string
  readonly actor: string
  readonly from_at: number
  readonly to_at: number
  readonly reason: string
  readonly asked_agency: string | null
  readonly asked_incident: string | null
  readonly opened_at: number
  readonly until_at: number
  readonly ended_at: number | null
  readonly units: string[]
  readonly exports: number
}

const columns = `p.id, p.account, p.actor, p.from_at, p.to_at, p.reason, p.asked_agency::text, p.asked_incident, p.opened_at, p.until_at, p.ended_at`
const unitsSql = (where: string) => `array(select unnest(part.units) from oversight.playback_part part where part.playback = p.id ${where}) as units`

/** A look with all its units. */
export async function findPlayback(db: Db, id: string): Promise<Playback | undefined> {
  const [row] = await db.query<PlaybackRow>(`select ${columns}, ${unitsSql('')} from oversight.playback p where p.id = $1`, [id])
  if (!row) return undefined
  const asked: Asked = row.asked_agency !== null ? { agency: row.asked_agency } : row.asked_incident !== null ? { incident: row.asked_incident } : 'units'
  return {
    id: row.id, account: row.account, from: row.from_at, to: row.to_at, reason: row.reason, asked,
    openedAt: row.opened_at, until: row.until_at, endedAt: row.ended_at, units: row.units,
  }
}

/** The agencies whose units a look is at. */
export const partsOf = async (db: Db, id: string): Promise<AgencyPath[]> =>
  (await db.query<{ agency: string }>('select agency::text as agency from oversight.playback_part where playback = $1 order by agency', [id])).map((row) => row.agency)

const looksSql = `
  select ${columns}, ${unitsSql('and part.agency <@ $1::ltree[]')},
    (select max(part.exports) from oversight.playback_part part where part.playback = p.id) as exports
  from oversight.playback p
  where exists (select from oversight.playback_part part where part.playback = p.id and part.agency <@ $1::ltree[])
    and (p.opened_at, p.id) < ($2, $3)
  order by p.opened_at desc, p.id desc limit $4`

/** Looks at units of these parts of the tree, newest first. */
export async function listLooks(db: Db, scope: readonly AgencyPath[], after: { readonly openedAt: number; readonly id: string } | undefined, limit: number): Promise<LookView[]> {
  const rows = await db.query<PlaybackRow>(looksSql, [scope, after?.openedAt ?? Number.MAX_SAFE_INTEGER, after?.id ?? '', limit])
  return rows.map((row) => ({
    id: row.id, openedAt: row.opened_at, actor: row.actor, reason: row.reason, from: row.from_at, to: row.to_at,
    agency: row.asked_agency, incident: row.asked_incident, units: row.units, exports: row.exports,
  }))
}
