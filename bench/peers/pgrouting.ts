/**
 * pgRouting (GPL-2; Debian `postgresql-15-pgrouting`, never part of Gengfu) as a peer, on the outside PostgreSQL: node to node on a
 * table of arcs. It puts no points on the road, knows no turns, and answers costs only.
 */
import pg from 'pg'

export type Arc = { readonly from: number; readonly to: number; readonly seconds: number }
export type PgRouting = {
  readonly version: string
  /** Seconds by `from/to`; pairs without a way are missing, and so is each node to itself. */
  matrix(from: readonly number[], to: readonly number[]): Promise<Map<string, number>>
  /** How many nodes are reached, the first among them. */
  drivingDistance(from: number, seconds: number): Promise<number>
  close(): Promise<void>
}

// A table of this session alone: whatever happens to us, PostgreSQL forgets it. pgRouting asks within the same session, so it sees it.
const arcTable = 'create temporary table gengfu_bench_arc (id bigint primary key, source bigint not null, target bigint not null, cost float8 not null)'
const fill = 'insert into gengfu_bench_arc select row_number() over (), * from unnest($1::bigint[], $2::bigint[], $3::float8[])'
const graph = 'select id, source, target, cost from gengfu_bench_arc' // no reverse_cost: each direction is a row
const costs = 'select start_vid, end_vid, agg_cost from pgr_dijkstraCost($1, $2::bigint[], $3::bigint[], true)'
const reached = 'select count(*) from pgr_drivingDistance($1, $2::bigint, $3::float8, true)'

/** A sentence instead, where there is no server or no extension. */
export async function openPgRouting(
  arcs: readonly Arc[],
  url = process.env.GENGFU_TEST_DATABASE_URL || 'postgres://root@127.0.0.1:5432/test',
): Promise<PgRouting | string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  let version: string
  try {
    await client.connect()
    await client.query('create extension if not exists pgrouting cascade')
    version = (await client.query<{ pgr_version: string }>('select pgr_version()')).rows[0]!.pgr_version
  } catch (cause) {
    await client.end().catch(() => {})
    return `pgRouting cannot be used here (${(cause as Error).message}): apt-get install postgresql-15-pgrouting, and a PostgreSQL at GENGFU_TEST_DATABASE_URL.`
  }
  try {
    await client.query(arcTable)
    await client.query(fill, [arcs.map(({ from }) => from), arcs.map(({ to }) => to), arcs.map(({ seconds }) => seconds)])
    await client.query('analyze gengfu_bench_arc')
  } catch (cause) {
    await client.end()
    throw cause
  }
  return {
    version,
    async matrix(from, to) {
      const { rows } = await client.query<{ start_vid: string; end_vid: string; agg_cost: number }>(costs, [graph, from, to])
      return new Map(rows.map(({ start_vid, end_vid, agg_cost }) => [`${start_vid}/${end_vid}`, agg_cost]))
    },
    async drivingDistance(from, seconds) {
      const { rows } = await client.query<{ count: string }>(reached, [graph, from, seconds])
      return Number(rows[0]!.count)
    },
    close: () => client.end(),
  }
}
