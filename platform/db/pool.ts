import type { Socket } from 'node:net'
import pg from 'pg'
import type { Log } from '#platform/log.ts'
import { CopyIn } from './copy-in.ts'
import { asFault, isConnectionFault, isRaceLost } from './fault.ts'
import type { Copies, Db, Sql } from './sql.ts'

export type Statement = { readonly text: string; readonly params?: readonly unknown[] }

/** A transaction in the hands of its opener, who must commit or roll back. */
export type OpenTransaction = {
  readonly sql: Sql & Copies
  /** What `first` gave, where there was one. */
  readonly rows: readonly object[]
  /** `last` is sent together with the commit: what it locks is held for no round trip. Its rows are the answer. */
  commit<Row extends object>(last?: Statement): Promise<Row[]>
  rollback(): Promise<void>
}

export type Begin = (
  /** Sent with the begin: `set local …`. */
  settings?: string,
  /** Sent right behind. A read: were the begin to fail, it would run outside the transaction before that is noticed. */
  first?: Statement,
) => Promise<OpenTransaction>

export type Pool = Db & {
  begin: Begin
  isHealthy(): boolean
  close(): Promise<void>
}

const int8Array = 1016 as typeof pg.types.builtins.INT8 // not in the package's list of names
const parsers: Record<number, (text: string) => unknown> = {
  [pg.types.builtins.INT8]: Number,
  [pg.types.builtins.NUMERIC]: Number, // sum(bigint), avg
  [int8Array]: (text) => (pg.types.getTypeParser(int8Array)(text) as unknown as (string | null)[]).map((n) => (n === null ? null : Number(n))),
}

/** bigint, numeric and bigint[] as numbers; all else as `pg` has it. */
export const numbersAsNumbers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers[oid]) || pg.types.getTypeParser(oid, format as 'text'),
} as pg.CustomTypesConfig

/** A statement may be under way so many seconds before the database is asked whether it is there at all. */
const quietSecondsMax = 2
/** How often it may miss the question. Once can be our own event loop being late. */
const missesMax = 2

/**
 * A pool of connections that outlives its database.
 *
 * While the database is gone every call throws DatabaseUnavailable at once, or after 3 s when it does not answer, or
 * within about 10 s when it stopped answering in the middle (a frozen machine, a cut network); the next call after its
 * return succeeds. Broken connections are thrown away, never handed out again. A slow statement is waited for as long as
 * the database answers others.
 */
export function openPool(options: { url: string; max: number; log: Log; name: string }): Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    pipeline: true, // statements are sent without waiting for the answer to the one before
    application_name: options.name,
    types: numbersAsNumbers,
  })
  let healthy = true
  let closed = false
  let probe: NodeJS.Timeout | undefined

  const failed = (error: unknown): unknown => {
    if (isConnectionFault(error) && !closed) {
      if (healthy) options.log.warn({ because: (error as Error).message }, 'database lost')
      healthy = false
      probe ??= setInterval(look, 500).unref()
    }
    return asFault(error)
  }
  const succeeded = () => {
    if (healthy) return
    healthy = true
    clearInterval(probe)
    probe = undefined
    options.log.info('database back')
  }
  const look = () => void pool.query('select 1').then(succeeded, () => {})

  pool.on('error', (error) => void failed(error)) // an idle connection broke; the pool has dropped it
  pool.on('connect', (client) => client.on('error', () => {})) // a busy one broke; its query rejects

  // A database that freezes closes no connection: without this its callers would wait as long as that lasts.
  const busySeconds = new Map<pg.PoolClient, number>()
  pool.on('acquire', (client) => void busySeconds.set(client, 0))
  pool.on('release', (_error, client) => void busySeconds.delete(client))
  let misses = 0
  let asking = false
  const watch = async () => {
    for (const [client, seconds] of busySeconds) busySeconds.set(client, seconds + 1)
    const waiting = [...busySeconds].filter(([, seconds]) => seconds > quietSecondsMax).map(([client]) => client)
    if (asking || waiting.length === 0) return
    asking = true
    misses = (await answers(options.url)) ? 0 : misses + 1
    asking = false
    if (misses === 0) for (const client of busySeconds.keys()) busySeconds.set(client, 0)
    if (misses < missesMax || closed) return
    const error = new Error('Connection terminated: the database does not answer')
    failed(error)
    for (const client of waiting) if (busySeconds.has(client)) socketOf(client).destroy(error)
  }
  const watching = setInterval(() => void watch(), 1_000).unref()

  const queryOn =
    (client: pg.Pool | pg.PoolClient) =>
    async <Row extends object>(text: string, params?: readonly unknown[]): Promise<Row[]> => {
      try {
        const { rows } = await client.query<Row>(text, params as unknown[])
        return rows
      } catch (error) {
        throw failed(error)
      }
    }

  const copyOn = (client: pg.Pool | pg.PoolClient) => async (text: string, rows: Uint8Array): Promise<void> => {
    try {
      await new Promise<void>((resolve, reject) => {
        client.query(new CopyIn(text, rows) as unknown as string, [], (error: Error | null | undefined) => (error ? reject(error) : resolve()))
      })
    } catch (error) {
      throw failed(error)
    }
  }

  const begin: Begin = async (settings = '', first) => {
    const client = await pool.connect().catch((error: unknown) => {
      throw failed(error)
    })
    let over = false
    const end = (broken: boolean) => {
      over = true
      client.release(broken)
    }
    const send = (text: string, params?: readonly unknown[]) => client.query(text, params as unknown[])
    /** Both answers, or the first error; neither is left to be rejected unheard. */
    const together = async <A, B>(one: Promise<A>, two: Promise<B>): Promise<[A, B]> => {
      const [a, b] = await Promise.allSettled([one, two])
      if (a.status === 'rejected') throw a.reason
      if (b.status === 'rejected') throw b.reason
      return [a.value, b.value]
    }
    let rows: readonly object[] = []
    try {
      const begun = send(`begin;${settings}`)
      if (first) rows = (await together(begun, send(first.text, first.params)))[1].rows
      else await begun
    } catch (error) {
      end(true)
      throw failed(error)
    }
    succeeded()
    return {
      sql: { query: queryOn(client), copy: copyOn(client) },
      rows,
      async commit<Row extends object>(last?: Statement) {
        try {
          // If `last` fails, PostgreSQL takes the commit for a rollback, and `last`'s error is ours.
          const done = last ? await together(send(last.text, last.params), send('commit')) : [await send('commit')]
          end(false)
          return done[0]!.rows as Row[]
        } catch (error) {
          end(isConnectionFault(error))
          throw failed(error)
        }
      },
      async rollback() {
        if (over) return
        try {
          await send('rollback')
          end(false)
        } catch {
          end(true)
        }
      },
    }
  }

  const once = async <T>(work: (sql: Sql & Copies) => Promise<T>): Promise<T> => {
    const open = await begin()
    try {
      const result = await work(open.sql)
      await open.commit()
      return result
    } catch (error) {
      await open.rollback()
      throw error
    }
  }

  return {
    query: queryOn(pool),
    copy: copyOn(pool),
    begin,
    async transaction(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(work)
        } catch (error) {
          if (!isRaceLost(error) || attempt === 8) throw error
        }
      }
    },
    isHealthy: () => healthy,
    async close() {
      if (closed) return
      closed = true
      clearInterval(probe)
      clearInterval(watching)
      await pool.end()
    },
  }
}

/** Whether the database takes a new connection and answers on it within 3 s; an error of its own is an answer too. */
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000, query_timeout: 3_000, application_name: 'gengfu-watch' })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch (error) {
    return error instanceof pg.DatabaseError
  } finally {
    void client.end().catch(() => {})
  }
}

/** `pg` has no word for "break this connection now" that does not first say goodbye and wait. */
export const socketOf = (client: pg.ClientBase) => (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream
