import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '#platform/log.ts'
import { startEmbedded, sweep } from './embedded.ts'
import { DatabaseUnavailable } from './fault.ts'
import { lockFolder } from './folder-lock.ts'
import { openPool, socketOf, type Begin } from './pool.ts'
import type { Db, Sql } from './sql.ts'

export { DatabaseCannotStart } from './fault.ts'

export type Database = Db & {
  readonly kind: 'embedded' | 'external'
  /** Holds the password: never to be logged. */
  readonly url: string
  /** Two connections kept apart from the pool, for what everybody waits on (the journal's flush and tail). */
  readonly urgent: Sql
  /** A transaction whose opener commits or rolls back. Prefer `transaction`. */
  begin: Begin
  /**
   * Hear a channel's notifications, over connection losses. After every (re)connection `fn` is called once with
   * undefined, because something may have been said meanwhile.
   *
   * @returns stop listening
   */
  listen(channel: string, fn: (payload: string | undefined) => void): Promise<() => Promise<void>>
  isHealthy(): boolean
  /** Ends the pool, stops an embedded server and gives the data folder back. */
  close(): Promise<void>
}

export type DatabaseStep = 'database-create' | 'database-start' | 'database-recover' | 'database-connect'

/**
 * Open the database of a data folder: its own PostgreSQL, or the one at `databaseUrl`.
 *
 * Either way `<dataFolder>/lock` is held until `close`, because pictures and maps live there too.
 *
 * @param options.connections  pool size; 10 when absent
 * @param options.settings     more settings for the embedded server (tests: `['fsync=off']`)
 * @throws DataFolderInUse | DatabaseCannotStart | DatabaseUnavailable (external only, after 10 s of trying)
 */
export async function openDatabase(options: {
  dataFolder: string
  databaseUrl?: string | undefined
  log: Log
  onStep?: (step: DatabaseStep) => void
  connections?: number
  settings?: readonly string[]
}): Promise<Database> {
  const dataFolder = resolve(options.dataFolder)
  await mkdir(dataFolder, { recursive: true })
  const release = await lockFolder(dataFolder)
  try {
    if (options.databaseUrl !== undefined) {
      options.onStep?.('database-connect')
      await waitUntilReachable(options.databaseUrl, 10_000)
      return connect({ ...options, url: options.databaseUrl, kind: 'external', onClose: release })
    }
    await sweep(dataFolder)
    const server = await startEmbedded({ ...options, dataFolder })
    return connect({
      ...options,
      url: server.url,
      kind: 'embedded',
      async onClose() {
        await server.stop()
        await release()
      },
    })
  } catch (error) {
    await release()
    throw error
  }
}

/** Pools and listeners on a running server; holds no folder. For tools and tests beside `openDatabase`. */
export function connect(options: {
  url: string
  kind: 'embedded' | 'external'
  log: Log
  connections?: number
  onClose?: () => Promise<void>
}): Database {
  const { url, log } = options
  const pool = openPool({ url, max: options.connections ?? 10, log, name: 'gengfu' })
  const urgent = openPool({ url, max: 2, log, name: 'gengfu-urgent' })
  const stops = new Set<() => Promise<void>>()
  let closing: Promise<void> | undefined

  return {
    kind: options.kind,
    url,
    urgent: { query: urgent.query },
    query: pool.query,
    copy: pool.copy,
    transaction: pool.transaction,
    begin: pool.begin,
    isHealthy: () => pool.isHealthy() && urgent.isHealthy(),
    async listen(channel, fn) {
      const stop = await listenOn(url, channel, fn, log)
      const once = async () => {
        stops.delete(once)
        await stop()
      }
      stops.add(once)
      return once
    },
    close() {
      closing ??= (async () => {
        for (const stop of [...stops]) await stop()
        await Promise.all([pool.close(), urgent.close()])
        await options.onClose?.()
      })()
      return closing
    },
  }
}

/** A connection that only listens hears of its end when the other side says so; a machine that vanished says nothing. So it is asked. */
const beatMs = 2_000
const beatPatienceMs = 3_000

/** One connection for one channel, made again whenever it breaks. */
async function listenOn(url: string, channel: string, fn: (payload: string | undefined) => void, log: Log): Promise<() => Promise<void>> {
  let client: pg.Client | undefined
  let stopped = false

  const attach = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 3_000, query_timeout: beatPatienceMs, application_name: 'gengfu-listen' })
    let lost = false
    const beating = setInterval(() => next.query('select 1').catch(onLost), beatMs).unref()
    const drop = () => {
      clearInterval(beating)
      socketOf(next).destroy()
    }
    const onLost = () => {
      if (lost) return
      lost = true
      drop()
      if (client === next) client = undefined
      if (!stopped) void again()
    }
    next.on('error', onLost)
    next.on('end', onLost)
    next.on('notification', (message) => fn(message.payload))
    try {
      await next.connect()
      await next.query(`listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      lost = true
      drop()
      throw new DatabaseUnavailable(error)
    }
    client = next
    fn(undefined)
  }
  const again = async () => {
    for (let wait = 100; !stopped; wait = Math.min(2 * wait, 1_000)) {
      await sleep(wait, undefined, { ref: false })
      if (stopped) return
      try {
        return await attach()
      } catch (error) {
        log.debug({ channel, because: (error as Error).message }, 'cannot listen yet')
      }
    }
  }

  await attach()
  return async () => {
    stopped = true
    await client?.end().catch(() => {})
  }
}

async function waitUntilReachable(url: string, patienceMs: number): Promise<void> {
  for (let waited = 0; ; waited += 250) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 })
    client.on('error', () => {})
    try {
      await client.connect()
      return
    } catch (error) {
      if (waited >= patienceMs) throw new DatabaseUnavailable(error)
      await sleep(250)
    } finally {
      await client.end().catch(() => {})
    }
  }
}
