/** Law 3: the tables of the modules follow from the journal alone. */
import type { Entry, Journal, Projection, Tx } from '#kernel/journal.ts'
import { bindSql, type Db, type Sql } from '#platform/db/sql.ts'

const batchSize = 500

/** Every entry from the first on, in batches. */
export async function* everyEntry(journal: Pick<Journal, 'read'>): AsyncGenerator<Entry> {
  for (let after = 0; ; ) {
    const entries = await journal.read(after, batchSize)
    if (entries.length === 0) return
    yield* entries
    after = entries.at(-1)!.position
  }
}

/**
 * Apply entries to a database whose module tables are empty, in order.
 *
 * @returns how many were applied
 */
export async function replay(options: { entries: AsyncIterable<Entry>; into: Db; projections: readonly Projection[] }): Promise<number> {
  let applied = 0
  const flush = (batch: readonly Entry[]) =>
    options.into.transaction(async (sql) => {
      const tx = replayTx(sql)
      for (const { position: _, ...fact } of batch) {
        for (const projection of options.projections) if (projection.types.includes(fact.type)) await projection.apply(tx, fact)
      }
    })
  let batch: Entry[] = []
  for await (const entry of options.entries) {
    batch.push(entry)
    applied++
    if (batch.length < batchSize) continue
    await flush(batch)
    batch = []
  }
  if (batch.length > 0) await flush(batch)
  return applied
}

/** A projection may write its tables, and nothing else. */
function replayTx(sql: Sql): Tx {
  const refuse = (what: string) => () => {
    throw new Error(`Invariant failed: a projection may not ${what}`)
  }
  const tx = { load: refuse('load a stream'), append: refuse('append to the journal') } as unknown as Tx // the brand exists in types only
  bindSql(tx, sql)
  return tx
}

/**
 * The rows of all tables of some schemas as sorted JSON texts, to compare two databases.
 *
 * @param options.except  tables that are not projections: `['organisation.session']`
 */
export async function dumpTables(
  db: Sql,
  schemas: readonly string[],
  options: { except?: readonly string[] } = {},
): Promise<Record<string, string[]>> {
  const tables = await db.query<{ name: string; quoted: string }>(
    `select n.nspname || '.' || c.relname as name, format('%I.%I', n.nspname, c.relname) as quoted
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
    [schemas],
  )
  const dump: Record<string, string[]> = {}
  for (const { name, quoted } of tables) {
    if (options.except?.includes(name)) continue
    const rows = await db.query<{ row: string }>(`select row_to_json(t)::text as row from ${quoted} t`)
    dump[name] = rows.map((one) => one.row).sort()
  }
  return dump
}
