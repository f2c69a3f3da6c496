/** The SQL of closures: rows are written only by the projection, from facts. */
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { Fact, Projection, Tx } from '#kernel/journal.ts'
import { sqlOf, type Db } from '#platform/db/sql.ts'
import type { DrawnShape, TravelMode } from './contract.ts'

/** The tables that replaying the journal gives back, row for row. */
export const projectedTables = ['roads.closure'] as const

export type ClosureRow = {
  readonly id: string
  readonly agency: AgencyPath
  readonly geometry: DrawnShape
  readonly reason: string
  readonly modes: readonly TravelMode[]
  readonly createdAt: Instant
  readonly createdBy: string
  readonly until: Instant | null
  readonly liftedAt: Instant | null
}

const columns = `id, agency::text as agency, geometry, reason, modes, created_at as "createdAt", created_by as "createdBy", until, lifted_at as "liftedAt"`

const inForceSql = `select ${columns} from roads.closure where lifted_at is null order by created_at, id`
export const closuresInForce = (db: Db): Promise<ClosureRow[]> => db.query<ClosureRow>(inForceSql)

const someSql = `select ${columns} from roads.closure where id = any($1::text[])`
export const closuresById = (db: Db, ids: readonly string[]): Promise<ClosureRow[]> => db.query<ClosureRow>(someSql, [ids])

const allSql = `select ${columns} from roads.closure order by created_at desc, id limit $1`
/** In force and lifted, newest first. */
export const newestClosures = (db: Db, limit: number): Promise<ClosureRow[]> => db.query<ClosureRow>(allSql, [limit])

/** Closures whose time has run out. */
export const closuresOver = async (db: Db, at: Instant): Promise<{ id: string; until: Instant }[]> =>
  db.query(`select id, until from roads.closure where lifted_at is null and until <= $1 order by until, id`, [at])

const agencySql = `select agency::text as agency from roads.closure where id = $1`
export async function agencyOfClosure(tx: Tx, id: string): Promise<AgencyPath | undefined> {
  const [row] = await sqlOf(tx).query<{ agency: string }>(agencySql, [id])
  return row?.agency
}

const insertSql = `
  insert into roads.closure (id, agency, geometry, reason, modes, created_at, created_by, until)
  values ($1, $2::ltree, $3::jsonb, $4, $5::text[], $6, $7, $8)`

async function apply(tx: Tx, fact: Fact): Promise<void> {
  const id = fact.stream.split('/')[1]!
  const sql = sqlOf(tx)
  if (fact.type === 'road-closed') {
    const { geometry, reason, modes, until } = fact.data
    await sql.query(insertSql, [id, fact.agency, JSON.stringify(geometry), reason, modes, fact.at, fact.actor.name, until])
  } else await sql.query(`update roads.closure set lifted_at = $2 where id = $1`, [id, fact.at])
}

export const projections: readonly Projection[] = [{ types: ['road-closed', 'road-opened'], apply }]
