/**
 * What goes wrong in real houses: a port taken, a folder in use, a database that freezes, dies or is away, a broken map, a
 * full disk, a stop in the middle of the start. Each has a clear word, leaves nothing half-written, and is over when it is over.
 */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { findEmbedded, startEmbedded } from '#platform/db/embedded.ts'
import { silentLog } from '#platform/log.ts'
import { callerOf, commandId, type Call } from './caller.ts'
import { gengfu } from './command.ts'
import { listenTo, until, type LiveListener } from './live-listener.ts'
import { emptyHouse, firstAdministrator, furnish, guixi, importOver, ownDatabase, square, type House } from './own-house.ts'
import { databaseProcesses, familyOf, listProcesses, stillAlive, type Process } from './processes.ts'
import { freePort, serve, temporaryFolder } from './serve.ts'

const program = join(import.meta.dirname, '..', 'server', 'cli', 'gengfu')

// One house for what a running house must bear. Its town lies on a disk of its own, so that it can be filled.
const data = temporaryFolder('gengfu-hardships-')
const townDisk = join(data, 'town')
const mounted = mountSmallDisk(townDisk)
let house: House | undefined
after(async () => {
  await house?.served.stop()
  if (mounted.ok) spawnSync('umount', ['-l', townDisk])
})
const open = async () => {
  if (house) return house
  const served = await emptyHouse(data)
  return (house = await furnish(served, await firstAdministrator(served)))
}

// ——— starting ———

test('a port that is taken is said, and nothing is left over; the folder starts on another', async () => {
  const folder = temporaryFolder('gengfu-port-')
  const port = await freePort()
  const squatter = createServer().listen(port, '127.0.0.1')
  try {
    const ended = await gengfu(['serve', '--data', folder, '--port', String(port), '--demo', 'none', '--json'])
    assert.equal(ended.code, 1)
    assert.match(ended.err, new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken`))
    assert.doesNotMatch(ended.err, /\n\s+at /, 'a sentence, not a stack')
    assert.equal(ended.out, '', 'no ready line')
    assert.deepEqual(processesNaming(folder), [])
  } finally {
    squatter.close()
  }
  const served = await emptyHouse(folder)
  assert.equal(await served.stop(), 0)
})

test('a second process on the same data folder says who holds it, and does the first no harm', async () => {
  const { served, people } = await open()
  const ended = await gengfu(['serve', '--data', data, '--port', String(await freePort()), '--demo', 'none', '--json'])
  assert.equal(ended.code, 1)
  assert.ok(ended.err.includes(`in use by process ${served.child.pid}`), ended.err)
  assert.doesNotMatch(ended.err, /\n\s+at /)
  assert.equal((await people.dispatcher('GET', '/api/units')).status, 200)
})

test('a data folder that cannot be written to, or cannot be one, is said', async () => {
  const folder = temporaryFolder('gengfu-denied-')
  const isRoot = process.getuid?.() === 0
  if (!isRoot) chmodSync(folder, 0o500)
  const serving = (where: string, uid?: number) =>
    gengfu(['serve', '--data', where, '--port', '0', '--demo', 'none', '--json'], uid === undefined ? {} : { uid })
  const nobody = 65_534 // root may write anywhere
  const denied = await serving(join(folder, 'data'), isRoot ? nobody : undefined)
  assert.equal(denied.code, 1)
  assert.match(denied.err, /Not allowed: .*data folder that this user may write to/)
  if (!isRoot) chmodSync(folder, 0o700)

  writeFileSync(join(folder, 'a-file'), '')
  for (const place of ['a-file', 'a-file/data']) {
    const ended = await serving(join(folder, place))
    assert.equal(ended.code, 1)
    assert.match(ended.err, /is not a folder/)
    assert.doesNotMatch(ended.err, /\n\s+at /)
  }
})

test('a start that is broken off at any step ends cleanly, and the folder starts again', async () => {
  const folder = temporaryFolder('gengfu-midway-')
  for (const step of ['Database: making it', 'Map of Guixi', 'Demo town', 'Crews:']) {
    // as a terminal does it: Ctrl-C goes to every process of the group
    const child = spawn(program, ['serve', '--data', folder, '--port', '0', '--demo', 'guixi', '--json'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...ownDatabase },
    })
    let said = ''
    let family: Process[] = []
    let sent = false
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk
      if (sent || !said.includes(step)) return
      sent = true
      family = familyOf(child.pid!)
      process.kill(-child.pid!, 'SIGINT')
    })
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    assert.ok(sent, `"${step}" was said: ${said}`)
    assert.equal(code, 0, `at "${step}": ${said}`)
    assert.deepEqual(stillAlive(family), [], `at "${step}"`)
    assert.deepEqual(processesNaming(folder), [], `at "${step}"`)
  }
  const served = await serve({ data: folder, demo: 'guixi', env: ownDatabase })
  assert.equal((await callerOf(served.url)('GET', '/api/health')).body.ready, true)
  assert.equal(await served.stop(), 0)
})

// ——— stopping ———

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends with exit code 0, and neither database nor simulator is left over`, async () => {
    const served = await serve({ data: demoFolder(), demo: 'guixi', env: ownDatabase })
    const family = familyOf(served.child.pid!)
    assert.ok(family.some((each) => each.words.includes('sim/main.ts')), 'the simulator runs')
    assert.ok(databaseProcesses(served.data).length > 1, 'the database runs')
    const all = [...family, ...databaseProcesses(served.data)]
    const waiting = fetch(`${served.url}/api/health`).then((reply) => reply.status, () => 'cut off')
    const ended = new Promise((resolve) => served.child.once('exit', (code, by) => resolve(by ?? code)))
    served.child.kill(signal)
    assert.equal(await ended, 0, served.said())
    await waiting
    assert.deepEqual(stillAlive(all), [])
    assert.deepEqual(processesNaming(served.data), [])
  })
}

test('the folder of one demo is not another’s, and its published passwords are not served to a network', async () => {
  const data = demoFolder() // Guixi, from the tests above
  if (!existsSync(join(data, 'town', 'current.json'))) assert.equal(await (await serve({ data, demo: 'guixi', env: ownDatabase })).stop(), 0)
  const port = ['--port', String(await freePort())]
  for (const words of [
    ['--demo', 'portland'],
    ['--demo', 'none', '--host', '0.0.0.0', '--tls-cert', 'never-read.pem', '--tls-key', 'never-read.pem'],
  ]) {
    const ended = await gengfu(['serve', '--data', data, ...port, ...words])
    assert.equal(ended.code, 1, words.join(' '))
    assert.match(ended.err, /holds the demo town guixi.*Start it with --demo guixi, or choose another --data folder\./)
  }
})

test('a client that never hangs up does not keep the server from stopping', async () => {
  const served = await emptyHouse(temporaryFolder('gengfu-stop-'))
  const hanging = fetch(`${served.url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"setupToken":')) }),
    duplex: 'half',
  } as RequestInit).catch(() => undefined)
  await sleep(300)
  assert.equal(await served.stop(), 0)
  await hanging
})

// ——— maps ———

const good = readFileSync(guixi)
const brokenMaps: [what: string, bytes: Uint8Array, says: RegExp][] = [
  ['cut off', good.subarray(0, good.length >> 1), /cut short|incomplete|breaks off/],
  ['cut off in its last block', good.subarray(0, good.length - 7), /cut short|incomplete|breaks off/],
  ['garbage', Uint8Array.from({ length: 40_000 }, (_, index) => (index * 7919 + (index >> 3)) & 0xff), /not|broken/],
  ['empty', new Uint8Array(), /empty/],
  ['a text file', Buffer.from('<?xml version="1.0"?><osm version="0.6">'.repeat(200)), /not/],
  ['a byte wrong in the middle', changedAt(good, good.length >> 1), /broken at byte \d+/],
]

test('a broken map is refused at the command line with what is wrong; the old map stays', async () => {
  const folder = temporaryFolder('gengfu-maps-')
  const file = join(folder, 'town.osm.pbf')
  const importing = () => gengfu(['import', 'osm', file, '--data', join(folder, 'data')])
  for (const round of ['no map yet', 'an old map']) {
    for (const [what, bytes, says] of brokenMaps) {
      writeFileSync(file, bytes)
      const before = contentOf(join(folder, 'data', 'town'))
      const ended = await importing()
      assert.equal(ended.code, 1, `${what}: ${ended.out}`)
      assert.equal(ended.out, '', what)
      assert.match(ended.err.split('gengfu: ')[1] ?? ended.err, says, what)
      assert.doesNotMatch(ended.err, /\n\s+at /, what)
      assert.deepEqual(contentOf(join(folder, 'data', 'town')), before, `${what}, ${round}: nothing is left of it`)
    }
    writeFileSync(file, good)
    assert.equal((await importing()).code, 0)
  }
  const missing = await gengfu(['import', 'osm', join(folder, 'nowhere.osm.pbf'), '--data', join(folder, 'data')])
  assert.deepEqual([missing.code, /cannot be found/.test(missing.err)], [1, true], missing.err)
})

test('a broken map is refused over HTTP with what is wrong; the old map stays', async () => {
  const { people, tokens, served } = await open()
  const { administrator } = people
  const before = [(await administrator('GET', '/api/town')).body, contentOf(townDisk)]
  for (const [what, bytes, says] of brokenMaps) {
    const answer = await importOver(administrator, bytes)
    const problem = answer.status === 200 ? answer.body.problem : answer.body
    if (answer.status === 200) assert.equal(answer.body.status, 'failed', what)
    else assert.equal(answer.status, 409, `${what}: ${JSON.stringify(answer.body)}`)
    assert.match(problem.code, /^(osm-file-|map-)/, `${what}: ${JSON.stringify(problem)}`)
    assert.match(problem.because, says, what)
    assert.doesNotMatch(problem.because, /[{}]/)
    if (answer.status === 200) {
      const inChinese = await callerOf(served.url, { token: tokens['administrator']!, language: 'zh' })('GET', `/api/town/imports/${answer.body.id}`)
      assert.match(inChinese.body.problem.because, /[\u4e00-\u9fff]/)
    }
  }
  assert.deepEqual([(await administrator('GET', '/api/town')).body, contentOf(townDisk)], before)
})

test('a full disk at an import is said, over HTTP and at the command line; the old map stays and works', { skip: mounted.ok ? false : mounted.why }, async () => {
  const { people } = await open()
  const { administrator, dispatcher } = people
  const before = [(await administrator('GET', '/api/town')).body, contentOf(townDisk)]
  const fill = join(townDisk, 'fill')
  const route = `/api/roads/route?fromLon=${square.lon}&fromLat=${square.lat}&toLon=${square.lon + 0.01}&toLat=${square.lat}`
  const way = (await dispatcher('GET', route)).body
  assert.ok(way.seconds > 0)
  // no room for the file itself; room for the file and not for what is built from it
  for (const room of [0, 160_000]) {
    fillDisk(fill, room)
    const answer = await importOver(administrator, good)
    const code = answer.status === 200 ? answer.body.problem?.code : answer.body.code
    assert.equal(code, 'disk-full', `room for ${room}: ${answer.status} ${JSON.stringify(answer.body)}`)
    const ended = await gengfu(['import', 'osm', guixi, '--data', data])
    assert.equal(ended.code, 1, `room for ${room}: ${ended.out}`)
    assert.match(ended.err, /The disk is full\. .*the old one is untouched/)
    rmSync(fill)
    assert.deepEqual([(await administrator('GET', '/api/town')).body, contentOf(townDisk)], before, `room for ${room}`)
    assert.deepEqual((await dispatcher('GET', route)).body, way)
  }
  assert.equal((await importOver(administrator, good)).body.status, 'done', 'with room again, it goes')
})

// ——— the database ———

test('the built-in database freezes for 20 s, then for 2 s, then is killed, under load: 503 meanwhile, and nothing acknowledged is lost', async () => {
  const here = await open()
  const load = startLoad(here)
  await load.runs()
  for (const seconds of [20, 2]) {
    const family = databaseProcesses(data)
    assert.ok(family.length > 2)
    for (const { pid } of family) process.kill(pid, 'SIGSTOP')
    try {
      await sleep(seconds * 1000)
    } finally {
      for (const { pid } of family) process.kill(pid, 'SIGCONT')
    }
    await load.runs()
    if (seconds === 20) assert.ok(load.unavailable() > 0, 'calls were answered meanwhile')
  }
  process.kill(databaseProcesses(data)[0]!.pid, 'SIGKILL')
  await load.runs()
  await load.end(await findEmbedded(data))
})

test('an outside database is away for 20 s under load: 503 in the caller’s language, then everything goes on by itself', async () => {
  const folder = temporaryFolder('gengfu-outside-')
  const start = () => startEmbedded({ dataFolder: folder, log: silentLog })
  let database = await start()
  const served = await serve({ demo: 'none', env: { GENGFU_DATABASE_URL: database.url } })
  try {
    const load = startLoad(await furnish(served, await firstAdministrator(served)))
    await load.runs()
    await database.stop()
    const away = sleep(20_000)
    const health = await until(async () => {
      const answer = await callerOf(served.url)('GET', '/api/health')
      return answer.status === 503 ? answer.body : undefined
    }, 'the health of a server without its database')
    assert.equal(health.live, true)
    assert.deepEqual(health.parts.find((part: { name: string }) => part.name === 'database'), { name: 'database', ready: false })
    for (const [language, sentence] of [['en', /database is not available/], ['zh', /数据库暂时不可用/]] as const) {
      const answer = await callerOf(served.url, { token: load.token, language })('GET', '/api/dispatch/incidents')
      assert.deepEqual([answer.status, answer.body.code], [503, 'database-unavailable'])
      assert.match(answer.body.because, sentence)
      assert.ok(Number(answer.headers.get('retry-after')) > 0)
    }
    await away
    assert.ok(load.unavailable() > 0)
    database = await start()
    await load.runs()
    await until(async () => ((await callerOf(served.url)('GET', '/api/health')).status === 200 ? true : undefined), 'health')
    await load.end(database.url)
  } finally {
    assert.equal(await served.stop(), 0)
    await database.stop()
  }
})

// ——— tools of this file ———

type Sent = { readonly commandId: string; incident?: string }

/**
 * Three desks that report, a program that sends positions and a screen that listens. Whoever hears "not available" asks
 * again with the same id, as our clients do.
 */
function startLoad(here: House) {
  const sent: Sent[] = []
  const kept: number[] = []
  const odd: string[] = []
  let unavailable = 0
  let stopping = false
  let screen: LiveListener | undefined
  const heard = new Set<string>()
  let twice = 0
  let position = -1

  const asked = async (call: Call, path: string, body: unknown): Promise<any> => {
    for (;;) {
      const answer = await call('POST', path, body).catch((error: Error) => ({ status: 0, body: String(error.cause ?? error) }))
      if (answer.status < 300 && answer.status > 0) return answer.body
      if (answer.status === 503 && answer.body.code === 'database-unavailable') unavailable++
      else odd.push(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
      if (stopping && odd.length > 0) return undefined
      await sleep(250)
    }
  }
  const desk = async () => {
    while (!stopping) {
      const one: Sent = { commandId: commandId() }
      sent.push(one)
      const body = { commandId: one.commandId, category: 'traffic', priority: 3, ...square, summary: '载荷' }
      one.incident = (await asked(here.people.dispatcher, '/api/dispatch/incidents', body))?.id
      await sleep(60)
    }
  }
  let fixAt = Date.now() - 3_600_000
  const tracker = async () => {
    while (!stopping) {
      const at = ++fixAt
      const taken = await asked(here.people.integrator, '/api/units/positions', { positions: [{ unit: here.units[0], fixAt: at, ...square }] })
      // asked again after an unknown fate: the first may have been kept
      if (taken?.accepted === 1 || taken?.duplicates === 1) kept.push(at)
      await sleep(60)
    }
  }
  const watch = async () => {
    while (!stopping) {
      screen = listenTo(here.served.url, `/api/live?after=${position}`, here.tokens['dispatcher']!)
      while (!stopping && !screen.broken()) await sleep(100)
      take()
      await sleep(250)
    }
    take()
  }
  let taken = 0
  const take = () => {
    for (const entry of screen!.entries().slice(taken)) {
      if (entry.position <= position) twice++
      position = entry.position
      heard.add(entry.stream)
    }
    taken = screen!.broken() ? 0 : screen!.entries().length
    if (stopping) screen!.close()
  }
  const work = (async () => {
    // Before the first report: one that is in the journal by then would never come to the screen.
    position = (await here.people.auditor('GET', '/api/journal?after=0&limit=1')).body.head
    await Promise.all([desk(), desk(), desk(), tracker(), watch()])
  })()

  return {
    token: here.tokens['dispatcher']!,
    unavailable: () => unavailable,
    /** Reports are taken: ten more since now. */
    runs() {
      const before = sent.filter((one) => one.incident !== undefined).length
      return until(() => (sent.filter((one) => one.incident !== undefined).length >= before + 10 ? true : undefined), 'work that goes on')
    },
    async end(database: string | undefined) {
      stopping = true
      await work
      assert.deepEqual(odd, [], 'no other answer than yes or "not available"')
      const client = new pg.Client({ connectionString: database })
      await client.connect()
      try {
        const { rows } = await client.query<{ command: string; stream: string }>(`select command, stream from journal.entry where type = 'incident-opened' and command = any($1)`, [sent.map((one) => one.commandId)])
        assert.deepEqual(rows.map((row) => row.command).sort(), sent.map((one) => one.commandId).sort(), 'every report is in the journal, once')
        const streams = new Map(rows.map((row) => [row.command, row.stream]))
        for (const one of sent) assert.equal(streams.get(one.commandId), `incident/${one.incident}`, 'and is the one that was answered')
        const { rows: fixes } = await client.query<{ fix_at: string }>('select fix_at from units.position where fix_at = any($1)', [kept])
        assert.equal(new Set(fixes.map((row) => Number(row.fix_at))).size, kept.length, 'every acknowledged position is kept')
      } finally {
        await client.end()
      }
      const { dispatcher } = here.people
      for (const one of sent.filter((_, index) => index % 10 === 0)) assert.equal((await dispatcher('GET', `/api/dispatch/incidents/${one.incident}`)).status, 200)
      assert.equal(twice, 0, 'the screen heard nothing twice')
      const last = listenTo(here.served.url, `/api/live?after=${position}`, here.tokens['dispatcher']!)
      await last.until((message) => message.type === 'hello')
      await until(() => (last.entries().forEach((entry) => heard.add(entry.stream)), sent.every((one) => heard.has(`incident/${one.incident}`)) ? true : undefined), 'every report on the screen')
      last.close()
    },
  }
}

let demoData: string | undefined
const demoFolder = () => (demoData ??= temporaryFolder('gengfu-demo-'))

/** Processes that were told of this folder. */
const processesNaming = (folder: string) => listProcesses().filter((each) => each.words.includes(folder) && each.pid !== process.pid)

/** Every file of a folder with its size and time, without the list of past imports. */
function contentOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('imports.json'))
      .map((name) => ({ name, ...statSync(join(folder, name)) }))
      .map(({ name, size, mtimeMs, mode }) => ((mode & 0o40_000) === 0 ? `${name} ${size} ${mtimeMs}` : `${name}/`))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function changedAt(bytes: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed[at]! ^= 0x55
  return changed
}

function mountSmallDisk(folder: string): { ok: true } | { ok: false; why: string } {
  mkdirSync(folder, { recursive: true })
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { ok: false, why: 'only root can mount a small disk to fill' }
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0755', 'tmpfs', folder], { encoding: 'utf8' })
  if (status !== 0) return { ok: false, why: `a small disk could not be mounted: ${error?.message ?? stderr.trim()}` }
  process.once('exit', () => spawnSync('umount', ['-l', folder])) // also when a test file is broken off
  return { ok: true }
}

/** Write until nothing fits, then leave so much room. */
function fillDisk(file: string, room: number): void {
  const block = Buffer.alloc(4096, 1)
  let blocks = 0
  try {
    for (; ; blocks++) writeFileSync(file, block, { flag: 'a' })
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  }
  if (room > 0) writeFileSync(file, Buffer.alloc(Math.max(0, blocks * 4096 - room), 1))
}
