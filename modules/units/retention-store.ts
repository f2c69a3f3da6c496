/** The SQL of retention: what agencies said (a projection), what is kept, and how it goes. */
import type { Projection, Tx } from '#kernel/journal.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import { sqlOf, type Db, type Sql } from '#platform/db/sql.ts'
import type { RetentionView } from './contract.ts'
import type { Said } from './retention.ts'

/** The table that replaying the journal gives back, row for row. */
export const retentionTables = ['units.retention'] as const

const saySql = `insert into units.retention (agency, days) values ($1::ltree, $2) on conflict (agency) do update set days = excluded.days`

export const retentionProjections: Projection[] = [
  {
    types: ['retention-changed'],
    async apply(tx, { agency, data }) {
      if (data.days === null) await sqlOf(tx).query('delete from units.retention where agency = $1::ltree', [agency])
      else await sqlOf(tx).query(saySql, [agency, data.days])
    },
  },
]

const said = async (sql: Sql): Promise<Said> =>
  new Map((await sql.query<{ agency: string; days: number }>('select agency::text as agency, days from units.retention')).map(({ agency, days }) => [agency, days]))

/** What agencies have said; inside a command, no other changes it meanwhile. */
export const lockSaid = async (tx: Tx): Promise<Said> => {
  await sqlOf(tx).query(`select pg_advisory_xact_lock(hashtextextended('units/retention', 0))`)
  return said(sqlOf(tx))
}
export const readSaid = (db: Db): Promise<Said> => said(db)

/** Units by the agency they belong to, retired ones too. */
export const unitsByAgency = async (db: Db): Promise<Map<AgencyPath, number[]>> =>
  new Map((await db.query<{ agency: string; handles: number[] }>('select agency::text as agency, array_agg(handle order by handle) as handles from units.unit group by agency')).map(({ agency, handles }) => [agency, handles]))

const deleteSql = `
  with gone as (delete from units.position where unit = any($1::int[]) and fix_at >= $2 and fix_at < $3 returning 1)
  select count(*)::int as count from gone`

/** Delete positions of these units in [from, to). Answers how many went. */
export async function deletePositions(db: Db, units: readonly number[], from: Instant, to: Instant): Promise<number> {
  const [row] = await db.query<{ count: number }>(deleteSql, [units, from, to])
  return row!.count
}

/** Alarms of these units’ devices are kept as long as their positions. */
export const deleteAlarms = async (db: Db, units: readonly number[], before: Instant): Promise<void> =>
  void (await db.query('delete from units.alarm where unit = any($1::int[]) and began_at < $2', [units, before]))

// By unit over the days in their order: it ends at the first day in which the unit has a fix.
const oldestSql = `
  select u.agency::text as agency, count(*)::int as units, min(p.fix_at) as "oldestAt"
  from units.unit u
  left join lateral (select fix_at from units.position where unit = u.handle order by fix_at limit 1) p on true
  where u.agency <@ $1::ltree[]
  group by u.agency`

/** The units of each agency, and their oldest position that is still there. Cost: units × days. */
export const oldestPositions = (db: Db, scope: readonly AgencyPath[]): Promise<{ agency: AgencyPath; units: number; oldestAt: Instant | null }[]> => db.query(oldestSql, [scope])

const dailySql = `
  select regexp_replace(c.relname, '^position_(....)(..)(..)$', '\\1-\\2-\\3') as day,
    (case when pg_stat_get_live_tuples(c.oid) > 0 then pg_stat_get_live_tuples(c.oid) else greatest(c.reltuples, 0)::bigint end) as rows, pg_total_relation_size(c.oid) as bytes
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'units.position'::regclass order by c.relname`

/** The day tables: about how many positions, as the database last counted, and their bytes with indexes. */
export const dailySizes = (db: Db): Promise<RetentionView['daily']> => db.query(dailySql)

const sweepLock = `hashtextextended('units/retention-sweep', 0)`
/** Whether nobody else sweeps. Where somebody does, it answers when that is over; nobody else begins before this transaction ends. */
export async function sweepsFirst(sql: Sql): Promise<boolean> {
  const [row] = await sql.query<{ first: boolean }>(`select pg_try_advisory_xact_lock(${sweepLock}) as first`)
  if (!row!.first) await sql.query(`select pg_advisory_xact_lock(${sweepLock})`)
  return row!.first
}

const sweptSql = `
  insert into units.retention_sweep (at, took_ms, days_dropped, rows_deleted, fault) values ($1, $2, $3, $4, $5)
  on conflict (one) do update set at = excluded.at, took_ms = excluded.took_ms, days_dropped = excluded.days_dropped,
    rows_deleted = excluded.rows_deleted, fault = excluded.fault`

export type Sweep = NonNullable<RetentionView['sweep']>

export const rememberSweep = async (db: Db, sweep: Sweep): Promise<void> =>
  void (await db.query(sweptSql, [sweep.at, sweep.tookMs, sweep.daysDropped, sweep.rowsDeleted, sweep.fault]))

export async function lastSweep(db: Db): Promise<Sweep | null> {
  const [row] = await db.query<Sweep>('select at, took_ms as "tookMs", days_dropped as "daysDropped", rows_deleted as "rowsDeleted", fault from units.retention_sweep')
  return row ?? null
}
