/** Plain SQL for store.ts files: lower case, parameters always. */
import type { Tx } from '#kernel/journal.ts'

export type Sql = {
  /** Run one parameterised statement; rows as objects. `bigint` columns come as numbers, `timestamptz` is not used (instants are bigint ms). */
  query<Row extends object = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<Row[]>
}

/** Many rows at once, at a third of what inserting them costs. */
export type Copies = {
  /** Run `copy … from stdin` over these bytes. All rows are there when it returns, or none. @throws the database's error */
  copy(text: string, rows: Uint8Array): Promise<void>
}

/** The database outside a command: reads, and writes of observations and computations. */
export type Db = Sql &
  Copies & {
    /** One transaction, retried on deadlock and serialization failure. */
    transaction<T>(work: (sql: Sql & Copies) => Promise<T>): Promise<T>
  }

/** The connection a command's transaction runs on. The journal's implementation registers it here. */
const connections = new WeakMap<object, Sql>()
export const bindSql = (tx: Tx, sql: Sql): void => void connections.set(tx, sql)
export function sqlOf(tx: Tx): Sql {
  const sql = connections.get(tx)
  if (!sql) throw new Error('Invariant failed: this transaction has no database connection (a memory journal in a test?)')
  return sql
}
