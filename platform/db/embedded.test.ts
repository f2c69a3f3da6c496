import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate } from '#platform/db/migrate.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { silentLog } from '#platform/log.ts'
import { openDatabase, type Database } from './open.ts'

const root = new URL('../../', import.meta.url)
let folder: string
before(() => void (folder = mkdtempSync(join(tmpdir(), 'gengfu-embedded-'))))
after(() => rmSync(folder, { recursive: true, force: true }))

const opened = (dataFolder = folder) => openDatabase({ dataFolder, log: silentLog })
const postmaster = () => Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
const isProcess = (pid: number) => {
  try {
    process.kill(pid, 0)
    // a zombie answers too, until its parent looks
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Another process that opens the folder, writes a row, and stays until it is killed. */
async function otherProcess(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `const { openDatabase } = await import(${JSON.stringify(new URL('platform/db/open.ts', root).href)})
       const { silentLog } = await import(${JSON.stringify(new URL('platform/log.ts', root).href)})
       try {
         const db = await openDatabase({ dataFolder: ${JSON.stringify(folder)}, log: silentLog })
         await db.query('create table if not exists public.kept (n integer)')
         await db.query('insert into public.kept values (1)')
         const open = await db.begin()
         await open.sql.query('insert into public.kept values (1000)')
         console.log('open')
         setInterval(() => {}, 1000)
       } catch (error) {
         console.log(error.code)
       }`,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const said = await new Promise<string>((resolve) => createInterface({ input: child.stdout! }).once('line', resolve))
  return { child, said }
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve))

test('the first start makes a database, the second finds what was kept', async () => {
  const steps: string[] = []
  const db = await openDatabase({ dataFolder: folder, log: silentLog, onStep: (step) => void steps.push(step) })
  assert.equal(db.kind, 'embedded')
  await db.query('create table public.kept (n integer)')
  await db.query('insert into public.kept values (1)')
  const pid = postmaster()
  await db.close()
  assert.equal(isProcess(pid), false, 'the server stops with us')
  assert.equal(existsSync(join(folder, 'lock')), false)
  assert.deepEqual(steps, ['database-create', 'database-start'])

  const started = performance.now()
  const again = await opened()
  const ms = performance.now() - started
  assert.deepEqual(await again.query('select n from public.kept'), [{ n: 1 }])
  await again.close()
  assert.ok(ms < 3_000, `the second start took ${Math.round(ms)} ms`)
})

test('the password lies in a file that only its owner may read, and the server asks for it', async () => {
  assert.equal(statSync(join(folder, 'postgres.json')).mode & 0o777, 0o600)
  const db = await opened()
  try {
    const { default: pg } = await import('pg')
    const stranger = new pg.Client({ connectionString: db.url.replace(/gengfu:[^@]+@/, 'gengfu:guess@') })
    await assert.rejects(stranger.connect(), /password authentication failed/)
  } finally {
    await db.close()
  }
})

test('a second process on the same folder is told who holds it', async () => {
  const db = await opened()
  try {
    const { child, said } = await otherProcess()
    assert.equal(said, 'data-folder-in-use')
    await ended(child)
    assert.equal((await db.query('select 1 as n')).length, 1, 'the holder is not disturbed')
  } finally {
    await db.close()
  }
})

test('after kill -9 the next start takes over at once, and an open transaction of the dead is gone', async () => {
  const { child, said } = await otherProcess()
  assert.equal(said, 'open')
  const orphan = postmaster()
  child.kill('SIGKILL')
  await ended(child)
  assert.equal(isProcess(orphan), true)
  const started = performance.now()
  const db = await opened()
  const ms = performance.now() - started
  try {
    assert.equal(postmaster(), orphan, 'the server left behind goes on')
    assert.deepEqual(await db.query('select max(n) as most, count(*) as rows from public.kept'), [{ most: 1, rows: 2 }])
    assert.ok(ms < 5_000, `took ${Math.round(ms)} ms`)
  } finally {
    await db.close()
  }
  assert.equal(isProcess(orphan), false, 'and is stopped by its new owner')
})

test('a server left behind that was started otherwise is stopped first', async () => {
  const { child } = await otherProcess()
  const orphan = postmaster()
  child.kill('SIGKILL')
  await ended(child)
  const db = await openDatabase({ dataFolder: folder, log: silentLog, settings: ['work_mem=5MB'] })
  try {
    assert.notEqual(postmaster(), orphan)
    assert.deepEqual(await db.query('show work_mem'), [{ work_mem: '5MB' }])
  } finally {
    await db.close()
  }
})

test('a server left behind that hangs is ended', async () => {
  const { child } = await otherProcess()
  const orphan = postmaster()
  child.kill('SIGKILL')
  await ended(child)
  process.kill(orphan, 'SIGSTOP')
  const waker = setTimeout(() => process.kill(orphan, 'SIGCONT'), 4_000)
  const db = await opened()
  clearTimeout(waker)
  assert.equal((await db.query('select 1 as n')).length, 1)
  await db.close()
})

test('after a power loss (everything killed at once) the next start recovers', async () => {
  const { child } = await otherProcess()
  const orphan = postmaster()
  child.kill('SIGKILL')
  await ended(child)
  process.kill(orphan, 'SIGKILL')
  await sleep(100)
  const db = await opened()
  const [row] = await db.query<{ rows: number }>('select count(*) as rows from public.kept where n = 1')
  assert.equal(row!.rows, 5)
  await db.close()
})

test('a lock of a process that is gone, and one whose number a stranger has now, are taken over', async () => {
  for (const holder of [
    { pid: 2 ** 22 + 1, host: (await import('node:os')).hostname(), born: '', beat: 0 },
    { pid: 1, host: (await import('node:os')).hostname(), born: 'another boot/1', beat: 0 },
  ]) {
    writeFileSync(join(folder, 'lock'), `${JSON.stringify(holder)}\n`)
    await (await opened()).close()
  }
  writeFileSync(join(folder, 'lock'), 'not a lock')
  await (await opened()).close()
  assert.equal(existsSync(join(folder, 'lock')), false)
})

test('when the database process dies, calls fail with a typed fault and it is started again', async () => {
  const db = await opened()
  try {
    const pid = postmaster()
    process.kill(pid, 'SIGKILL')
    let faults = 0
    for (const until = performance.now() + 15_000; ; ) {
      try {
        await db.query('select 1')
        if (postmaster() !== pid) break
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'database-unavailable')
        faults++
      }
      assert.ok(performance.now() < until, 'the database did not come back')
      await sleep(50)
    }
    assert.ok(faults > 0)
    assert.notEqual(postmaster(), pid)
    await sleep(700)
    assert.equal(db.isHealthy(), true)
  } finally {
    await db.close()
  }
})

test('journal verify and export work beside a running server and with none; a byte changed on the disk is found', async () => {
  const db = await opened()
  await migrate(db, new URL('server/migrations', root).pathname)
  const journal = postgresJournal({ db, projections: [], log: silentLog })
  await journal.start()
  const marked = 'MARK-OF-ENTRY-7'
  for (let n = 1; n <= 10; n++) {
    await journal.act({ id: `command-${n}`, actor: { account: 'a', name: 'A', grants: [] }, at: n }, async (tx) => {
      tx.append('text/1', 'town', [{ type: 'said', at: n, text: n === 7 ? marked : 'other' } as never])
      return { answer: n }
    })
  }
  await journal.stop()
  const file = join(folder, 'export.ndjson')
  const beside = await cli('verify', '--data', folder)
  assert.equal(beside.code, 0)
  assert.deepEqual({ ...beside.verdict, head: 64 }, { entries: 10, firstBad: null, head: 64 })
  assert.equal((await cli('export', '--data', folder, '--out', file)).code, 0)
  await closeWell(db)

  assert.deepEqual(await cli('verify', '--data', folder), beside)
  assert.deepEqual(await cli('verify', '--file', file), beside)
  assert.equal(existsSync(join(folder, 'lock')), false, 'what was started for the check is stopped')

  const changed = readFileSync(file)
  changed[changed.indexOf(marked)]! ^= 1
  writeFileSync(file, changed)
  const inFile = await cli('verify', '--file', file)
  assert.deepEqual([inFile.code, inFile.verdict.firstBad], [1, 7])

  assert.ok(flipOnDisk(join(folder, 'postgres', 'base'), marked) > 0, 'the mark lies somewhere on the disk')
  const onDisk = await cli('verify', '--data', folder)
  assert.deepEqual([onDisk.code, onDisk.verdict.firstBad], [1, 7])
})

/** A checkpoint first, so that the tables' files hold everything. */
async function closeWell(db: Database) {
  await db.query('checkpoint')
  await db.close()
}

async function cli(...words: string[]) {
  const child = spawn(process.execPath, [new URL('server/main.ts', root).pathname, 'journal', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GENGFU_DATABASE_URL: '' },
  })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  child.stderr.resume()
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, verdict: (text ? JSON.parse(text) : {}) as { entries: number; firstBad: number | null; head: string } }
}

/** Change one bit of every copy of a text in the files of a folder. */
function flipOnDisk(path: string, text: string): number {
  let flipped = 0
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    const file = join(path, name)
    if (!statSync(file).isFile()) continue
    const bytes = readFileSync(file)
    const at = bytes.indexOf(text)
    if (at < 0) continue
    bytes[at]! ^= 1
    writeFileSync(file, bytes)
    flipped++
  }
  return flipped
}
