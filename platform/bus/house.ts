import { createHash } from 'node:crypto'
import type { Sql } from '#platform/db/sql.ts'

const sql = `
  select (select system_identifier from pg_control_system())::text as cluster, oid::text as database
  from pg_database where datname = current_database()`

/**
 * What every node on one database has in common: 16 hexadecimal digits of the cluster and the database in it. A standby that takes over is the same;
 * a copy for trying things out, made from a dump, is another.
 */
export async function houseOf(db: Sql): Promise<string> {
  const [row] = await db.query<{ cluster: string; database: string }>(sql)
  return createHash('sha256').update(`${row!.cluster}/${row!.database}`).digest('hex').slice(0, 16)
}
