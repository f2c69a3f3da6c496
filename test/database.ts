/** A migrated database of its own for a test, cloned from a template in some milliseconds. */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded, type EmbeddedServer } from '#platform/db/embedded.ts'
import { listMigrations, migrate } from '#platform/db/migrate.ts'
import { connect, type Database } from '#platform/db/open.ts'
import { silentLog } from '#platform/log.ts'

const migrations = new URL('../server/migrations/', import.meta.url).pathname
/** `tools/test.ts` names its run, so that it can drop what a crashed test left behind. */
const run = process.env.GENGFU_TEST_RUN ?? `p${process.pid}`
let made = 0

/**
 * A fresh database with every migration applied, on the server of this test run (GENGFU_TEST_DATABASE_URL), or on an
 * embedded one of this process, which ends with it.
 *
 * @param options.empty        without migrations
 * @param options.connections  pool size; 10 when absent
 */
export async function testDatabase(options: { empty?: boolean; connections?: number } = {}): Promise<{ database: Database; drop(): Promise<void> }> {
  const server = await testServer()
  const name = `gengfu_test_${run}_${process.pid}_${++made}`
  if (options.empty) await admin(server, (client) => client.query(`create database ${name} template template0`))
  else await cloneTemplate(server, name)
  const database = connect({ url: withDatabase(server, name), kind: 'external', log: silentLog, connections: options.connections ?? 10 })
  return {
    database,
    async drop() {
      await database.close()
      await admin(server, (client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}

let own: Promise<{ server: EmbeddedServer; folder: string }> | undefined

/** The address of a PostgreSQL on which databases may be made. */
export async function testServer(): Promise<string> {
  const given = process.env.GENGFU_TEST_DATABASE_URL
  if (given) return given
  own ??= startOwn()
  return (await own).server.url
}

async function startOwn() {
  const folder = mkdtempSync(join(tmpdir(), 'gengfu-test-'))
  const server = await startEmbedded({ dataFolder: folder, log: silentLog, settings: ['fsync=off'] })
  const pidFile = join(folder, 'postgres', 'postmaster.pid')
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  process.on('exit', () => {
    try {
      process.kill(pid, 'SIGQUIT') // at once: nothing in it is worth keeping
    } catch {} // it is gone already
    const pause = new Int32Array(new SharedArrayBuffer(4))
    for (let waited = 0; existsSync(pidFile) && waited < 2_000; waited += 10) Atomics.wait(pause, 0, 0, 10)
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  })
  return { server, folder }
}

/** The same server, another database. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)
}

async function cloneTemplate(server: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const template = await ensureTemplate(server)
    try {
      return await admin(server, async (client) => void (await client.query(`create database ${name} template ${template}`)))
    } catch (error) {
      // Somebody looked into the template at this moment, or a run with other migrations replaced it.
      if (attempt === 20) throw error
      await new Promise((done) => setTimeout(done, 50 * attempt))
    }
  }
}

/** One template per state of the migrations: its name is their hash. */
async function ensureTemplate(server: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of await listMigrations(migrations)) hash.update(`${file.name} ${file.checksum}\n`)
  const template = `gengfu_template_${hash.digest('hex').slice(0, 16)}`
  return admin(server, async (client) => {
    const exists = async () => (await client.query('select from pg_database where datname = $1', [template])).rowCount === 1
    if (await exists()) return template
    await client.query('select pg_advisory_lock(719003002)') // one process makes it; ends with the connection
    if (await exists()) return template
    const draft = `${template}_draft`
    await client.query(`drop database if exists ${draft} with (force)`)
    await client.query(`create database ${draft} template template0`)
    const db = connect({ url: withDatabase(server, draft), kind: 'external', log: silentLog, connections: 1 })
    try {
      await migrate(db, migrations)
    } finally {
      await db.close()
    }
    await client.query(`alter database ${draft} rename to ${template}`)
    return template
  })
}

export async function admin<T>(server: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
