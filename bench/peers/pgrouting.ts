/**
 * pgRouting (GPL-2; Debian `postgresql-15-pgrouting`, never part of Gengfu) as a peer, on the outside PostgreSQL: node to node on a
 * table of arcs. It puts no points on the road, knows no turns, and answers costs only.
 */
import pg from 'pg'

export type Arc = { readonly from: number; readonly to: number; readonly seconds: number }
export type PgRouting = {
  readonly version: string
  /** Seconds by `from/to`; pairs without a way are missing. */
  matrix(from: readonly number[], to: readonly number[]): Promise<Map<string, number>>
  /** How many nodes are reached. */
  drivingDistance(from: number, seconds: number): Promise<number>
  close(): Promise<void>
}

/** A sentence instead, where there is no server or no extension. */
export async function openPgRouting(arcs: readonly Arc[]): Promise<PgRouting | string> {
  const client = new pg.Client({ connectionString: process.env.GENGFU_TEST_DATABASE_URL || 'postgres://root@127.0.0.1:5432/test', connectionTimeoutMillis: 2000 })
  const table = `gengfu_bench_arc_${process.pid}`
  try {
    await client.connect()
    await client.query('create extension if not exists pgrouting cascade')
    const version = (await client.query<{ pgr_version: string }>('select pgr_version()')).rows[0]!.pgr_version
    // a name made of one number cannot be a parameter
    await client.query(`create table ${table} (id bigint primary key, source bigint, target bigint, cost float8)`)
    const column = <T>(pick: (arc: Arc) => T) => arcs.map(pick)
    await client.query(`insert into ${table} select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::float8[])`, [
      arcs.map((_, id) => id + 1), column(({ from }) => from), column(({ to }) => to), column(({ seconds }) => seconds),
    ])
    await client.query(`analyze ${table}`)
    const edges = `select id, source, target, cost from ${table}`
    return {
      version,
      async matrix(from, to) {
        const { rows } = await client.query<{ start_vid: string; end_vid: string; agg_cost: number }>('select start_vid, end_vid, agg_cost from pgr_dijkstraCost($1, $2::bigint[], $3::bigint[], true)', [edges, from, to])
        return new Map(rows.map(({ start_vid, end_vid, agg_cost }) => [`${start_vid}/${end_vid}`, agg_cost]))
      },
      async drivingDistance(from, seconds) {
        const { rows } = await client.query<{ count: string }>('select count(*) from pgr_drivingDistance($1, $2::bigint, $3::float8, true)', [edges, from, seconds])
        return Number(rows[0]!.count)
      },
      async close() {
        await client.query(`drop table if exists ${table}`).catch(() => {})
        await client.end()
      },
    }
  } catch (cause) {
    await client.end().catch(() => {})
    return `pgRouting cannot be used here (${(cause as Error).message}): apt-get install postgresql-15-pgrouting, and a PostgreSQL at GENGFU_TEST_DATABASE_URL.`
  }
}
