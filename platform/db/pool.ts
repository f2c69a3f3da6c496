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
/** How often it may miss the question, or a connection may be found dead. Once can be our own event loop being late. */
const missesMax = 2

/**
 * A pool of connections that outlives its database.
 *
 * While the database is gone every call throws DatabaseUnavailable at once, or after 3 s when it does not answer, or
 * within about 10 s when it stopped answering in the middle (a frozen machine, a cut network); the next call after its
 * return succeeds. Broken connections are thrown away, never handed out again. A slow statement is waited for as long as
 * the database works on it: how long an export or the rebuilding of an index takes, no limit of time could know. But where the
 * database answers others and says that on this connection it waits for us, the connection died without a word (a firewall
 * that forgot it, say), and its statement fails within some seconds.
 */
export function openPool(options: { url: string; max: number; log: Log; name: string }): Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000, // idle ones that died are found before somebody needs them
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
  pool.on('release', (_error, client) => {
    busySeconds.delete(client)
    doubted.delete(client)
  })
  /** In a transaction whose opener has asked nothing just now. */
  const resting = new Set<pg.PoolClient>()
  /** Where the database said that it waits for us, how often, and what we had read until then. */
  const doubted = new Map<pg.PoolClient, { readonly times: number; readonly bytesRead: number }>()
  let misses = 0
  let asking = false
  const breakOff = (clients: readonly pg.PoolClient[], because: string) => {
    const error = new Error(`Connection terminated: ${because}`)
    if (clients.length > 0) failed(error)
    for (const client of clients) if (busySeconds.has(client)) socketOf(client).destroy(error)
  }
  const watch = async () => {
    for (const [client, seconds] of busySeconds) busySeconds.set(client, resting.has(client) ? 0 : seconds + 1)
    const waiting = [...busySeconds].filter(([, seconds]) => seconds > quietSecondsMax).map(([client]) => client)
    if (asking || waiting.length === 0) return
    asking = true
    const answer = await askWhoWorks(options.url, waiting.map(processOf))
    asking = false
    if (closed) return
    misses = answer ? 0 : misses + 1
    if (misses >= missesMax) return breakOff(waiting, 'the database does not answer')
    if (!answer) return
    breakOff(waiting.filter((client) => isFoundDead(client, answer)), 'the connection died')
  }
  /** Twice in a row the database works on nothing for it, and nothing came from there meanwhile that would still be on its way. */
  const isFoundDead = (client: pg.PoolClient, { working }: WhoWorks): boolean => {
    const before = doubted.get(client)
    const { bytesRead, writableLength } = socketOf(client)
    const isOurTurn = resting.has(client) || writableLength > 0
    if (!busySeconds.has(client)) return false // it was answered while we asked
    if (isOurTurn || working === 'unknown' || working.has(processOf(client))) {
      busySeconds.set(client, 0)
      doubted.delete(client)
      return false
    }
    const times = before?.bytesRead === bytesRead ? before.times + 1 : 1
    doubted.set(client, { times, bytesRead })
    return times >= missesMax
  }
  const watching = setInterval(() => void watch(), 1_000).unref()

  /** @param during  told what is under way */
  const queryOn =
    (client: pg.Pool | pg.PoolClient, during: During = asItIs) =>
    async <Row extends object>(text: string, params?: readonly unknown[]): Promise<Row[]> => {
      try {
        const { rows } = await during(client.query<Row>(text, params as unknown[]))
        return rows
      } catch (error) {
        throw failed(error)
      }
    }

  const copyOn = (client: pg.Pool | pg.PoolClient, during: During = asItIs) => async (text: string, rows: Uint8Array): Promise<void> => {
    try {
      await during(new Promise<void>((resolve, reject) => {
        client.query(new CopyIn(text, rows) as unknown as string, [], (error: Error | null | undefined) => (error ? reject(error) : resolve()))
      }))
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
      resting.delete(client)
      client.release(broken)
    }
    let underWay = 0
    const during: During = async (work) => {
      underWay++
      resting.delete(client)
      try {
        return await work
      } finally {
        if (--underWay === 0 && !over) resting.add(client)
      }
    }
    const send = (text: string, params?: readonly unknown[]) => during(client.query(text, params as unknown[]))
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
      sql: { query: queryOn(client, during), copy: copyOn(client, during) },
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

type During = <T>(work: Promise<T>) => Promise<T>
const asItIs: During = (work) => work

/** Server processes that work on something, of those asked for; `unknown` where that cannot be asked. */
type WhoWorks = { readonly working: ReadonlySet<number> | 'unknown' }

/**
 * A process that works, and does not just wait to read from us or to write to us. Behind a pooler, numbers of processes are not those of
 * the connections, as our own shows: then nothing is said of any.
 */
const whoWorks = `
  select pid from pg_stat_activity
  where pid = any($1::int[]) and datname = current_database() and state in ('active', 'fastpath function call') and coalesce(wait_event_type, '') <> 'Client'
  union all select pg_backend_pid()`

/** What the database answers on a new connection within 3 s; an error of its own is an answer too. Undefined when it does not. */
async function askWhoWorks(url: string, processes: readonly number[]): Promise<WhoWorks | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000, query_timeout: 3_000, application_name: 'gengfu-watch' })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ pid: number }>(whoWorks, [processes])
    const working = new Set(rows.map(({ pid }) => pid))
    return { working: working.has(processOf(client)) ? working : 'unknown' }
  } catch (error) {
    return error instanceof pg.DatabaseError ? { working: 'unknown' } : undefined
  } finally {
    void client.end().catch(() => {})
  }
}

const processOf = (client: pg.ClientBase): number => (client as unknown as { readonly processID: number | null }).processID ?? 0

/** `pg` has no word for "break this connection now" that does not first say goodbye and wait. */
export const socketOf = (client: pg.ClientBase) => (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream
