import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { readGraph } from '#core/graph/graph-file.ts'
import { encodeOsm, smallMap } from '#gateways/osm/small-map.ts'
import { importMap, type ImportOptions } from './import-jobs.ts'
import { buildTown } from './import-worker.ts'
import { MapProblem } from './map-problem.ts'
import { refusals } from './refusals.ts'
import { openTown, type Town } from './town-jobs.ts'
import { writeDurably, type WriteFile } from './town-store.ts'

const guixi = new URL('../../demo/guixi/guixi.osm.pbf', import.meta.url).pathname
const portland = new URL('../../demo/portland/portland-central.osm.pbf', import.meta.url).pathname
const T = 1_767_225_600_000 // 2026-01-01T00:00Z
const silent = { info: () => {}, warn: () => {}, error: () => {} } as never

const root = mkdtempSync(join(tmpdir(), 'gengfu-town-'))
const towns: Town[] = []
after(async () => {
  for (const town of towns) await town.close()
  rmSync(root, { recursive: true, force: true })
})
let folders = 0
const newFolder = () => join(root, `${++folders}`, 'town')
let ids = 0
const options = (folder: string, more: Partial<ImportOptions> = {}): ImportOptions => ({ folder, source: guixi, id: `id${++ids}`, now: T + ids * 1000, ...more })
/** In this thread, which a test can watch and break. */
const here = (write: WriteFile = writeDurably): Pick<ImportOptions, 'build'> => ({ build: (request, onStep) => buildTown(request, onStep, write) })
async function open(folder: string): Promise<Town> {
  const town = await openTown({ folder, now: () => T, newId: () => `new${++ids}`, log: silent, timeZone: 'Asia/Shanghai', threads: 1, watchMs: 100 })
  towns.push(town)
  return town
}
/** All that is in a folder, hidden files too. */
const everything = (folder: string) => (existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String).sort() : [])
const code = (expected: string) => (error: unknown) => error instanceof MapProblem && error.code === expected
async function until(what: string, condition: () => boolean): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (condition()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  assert.fail(`not within 15 s: ${what}`)
}

test('an import leaves one version and a pointer, and says what it found', async () => {
  const folder = newFolder()
  const steps: string[] = []
  const meta = await importMap(options(folder, { onStep: (step) => steps.at(-1) !== step && steps.push(step) }))
  assert.deepEqual(steps, ['reading', 'graph', 'gazetteer', 'basemap', 'installing'])
  assert.deepEqual(everything(folder), ['current.json', meta.version, ...['basemap.pmtiles', 'gazetteer.json', 'graph.bin', 'town.json'].map((name) => join(meta.version, name))].sort())
  assert.equal(meta.name, '贵溪市')
  assert.ok(meta.report.nodes > 300 && meta.report.edges > 400 && meta.report.places > 100 && meta.report.largestComponentShare > 0.8)
  assert.equal(readGraph(new Uint8Array(readFileSync(join(folder, meta.version, 'graph.bin')))).edgeCount, meta.report.edges)
})

test('a town answers before and after its first map, without a restart', async () => {
  const town = await open(newFolder())
  assert.equal(town.view().ready, false)
  assert.equal(town.roads(), undefined)
  assert.deepEqual(await town.search('雄石路', 5), [])
  assert.equal(await town.spokenPlace(117.21, 28.29), undefined)

  const answer = await town.imports.start({ stream: Readable.from([readFileSync(guixi)]), file: 'guixi.osm.pbf', bytes: readFileSync(guixi).length })
  assert.ok('id' in answer && answer.status === 'running', JSON.stringify(answer))
  await until('the import is done', () => town.imports.find(answer.id)!.status !== 'running')
  const row = town.imports.find(answer.id)!
  assert.deepEqual([row.status, row.share, row.problem], ['done', 1, null])
  assert.equal(town.view().ready, true)
  assert.equal(town.view().nodes, row.report!.nodes)

  const roads = town.roads()!
  assert.equal(readGraph(roads.graph).edgeCount, row.report!.edges)
  assert.ok(roads.streets.some(({ name }) => name === '雄石路') && existsSync(roads.folder))
  assert.equal((await town.search('雄石路', 1))[0]?.name, '雄石路')
  assert.match((await town.spokenPlace(117.2097, 28.2932))!.text, /路|街|道/)
  assert.ok(existsSync(town.basemap(town.view().version!)!.path))
  assert.equal(town.basemap('some-other'), undefined)
  assert.equal(town.basemap('../../../etc/passwd'), undefined)
})

test('a map installed by the command line is taken up by the running town, and the old tiles stay while they are needed', async () => {
  const folder = newFolder()
  const first = await importMap(options(folder))
  const town = await open(folder)
  let told = ''
  town.onChange((view) => (told = view.version ?? ''))
  const main = new URL('../../server/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [main, 'import', 'osm', portland, '--data', dirname(folder)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.on('data', (text) => (printed += text))
  const asking = (async () => {
    // questions during the change are answered by one map or the other, never refused
    for (let i = 0; i < 40; i++) {
      assert.ok(Array.isArray(await town.search('a', 3)))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 0)
  assert.deepEqual(Object.keys(JSON.parse(printed)), ['nodes', 'edges', 'turnRestrictions', 'largestComponentShare', 'places', 'seconds'])
  await until('the running town has the new map', () => town.view().version !== first.version)
  await asking
  assert.equal(told, town.view().version)
  assert.ok(town.view().nodes! > 10_000)
  assert.equal(town.view().name, 'portland-central', 'the file’s name, where the map names no town')
  assert.ok(existsSync(town.basemap(first.version)!.path), 'somebody may still be reading these')
  assert.equal((await town.search('SE Division St', 1))[0]?.name, 'Southeast Division Street')
})

const failures: [what: string, more: () => Partial<ImportOptions>, problem: string][] = [
  ['a broken file', () => ({ source: broken('cut.osm.pbf', readFileSync(guixi).subarray(0, 30_000)) }), 'osm-file-cut-short'],
  ['a garbled file', () => ({ source: broken('garbled.osm.pbf', readFileSync(guixi).map((byte, i) => (i > 20_000 && i < 20_064 ? byte ^ 0x5a : byte))) }), 'osm-file-broken'],
  ['a file that is no map', () => ({ source: broken('picture.osm.pbf', Buffer.from('\x89PNG....'.repeat(100))) }), 'osm-file-foreign'],
  ['an empty file', () => ({ source: broken('empty.osm.pbf', Buffer.alloc(0)) }), 'osm-file-foreign'],
  ['a map without roads', () => ({ source: broken('sea.osm.pbf', encodeOsm(smallMap({ nodes: { a: [0, 0], b: [9, 0] }, ways: { 1: ['a b', { route: 'ferry' }] } }))) }), 'map-without-roads'],
  ['a file that is not there', () => ({ source: join(root, 'nowhere.osm.pbf') }), 'map-file-missing'],
  ['a disk that is full at the first file', () => here(fullAfter(0)), 'disk-full'],
  ['a disk that is full at the tiles', () => here(fullAfter(2)), 'disk-full'],
  ['a disk that is full at the last file', () => here(fullAfter(3)), 'disk-full'],
  ['a disk that is full when the pointer is written', () => ({ ...here(), write: fullAfter(0) }), 'disk-full'],
  ['a disk that fails', () => here(async () => { throw Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' }) }), 'import-failed'],
]
function broken(name: string, bytes: Uint8Array): string {
  const path = join(root, name)
  writeFileSync(path, bytes)
  return path
}
/** Writes some files, then half of one, then fails as a full disk does. */
function fullAfter(files: number): WriteFile {
  let written = 0
  return async (path, bytes) => {
    if (written++ < files) return writeDurably(path, bytes)
    writeFileSync(path, bytes.slice(0, Math.floor(bytes.length / 2)))
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  }
}
for (const [what, more, problem] of failures) {
  test(`${what} is told as ${problem}, and the old map stays as it was`, async () => {
    const empty = newFolder()
    await assert.rejects(importMap(options(empty, more())), code(problem))
    assert.deepEqual(everything(empty), [], 'nothing before, nothing after')

    const folder = newFolder()
    const { version } = await importMap(options(folder, here()))
    const before = everything(folder)
    await assert.rejects(importMap(options(folder, more())), code(problem))
    assert.deepEqual(everything(folder), before)
    assert.equal(JSON.parse(readFileSync(join(folder, 'current.json'), 'utf8')).version, version)
    assert.ok(refusals[problem]?.zh && refusals[problem]?.en)
  })
}

test('an import cancelled at any step leaves the old map', async () => {
  const folder = newFolder()
  await importMap(options(folder, here()))
  const before = everything(folder)
  for (const at of ['reading', 'graph', 'gazetteer', 'basemap', 'installing']) {
    const abort = new AbortController()
    const onStep: ImportOptions['onStep'] = (step, share) => step === at && share < 1 && abort.abort()
    await assert.rejects(importMap(options(folder, { source: portland, signal: abort.signal, onStep })), code('import-cancelled'), at)
    assert.deepEqual(everything(folder), before, at)
  }
})

test('only one import runs at a time, in one process and over processes; a lock whose holder is gone is no lock', async () => {
  const folder = newFolder()
  let second: unknown
  await importMap(options(folder, {
    build: async (request, onStep) => {
      second = await importMap(options(folder)).catch((error: unknown) => error)
      return buildTown(request, onStep)
    },
  }))
  assert.ok(code('import-running')(second))

  // of another process that lives: the parent of this one
  const stat = readFileSyncOrUndefined(`/proc/${process.ppid}/stat`)
  if (stat) {
    writeFileSync(join(folder, 'import.lock'), `${process.ppid} ${stat.replace(/^.*\) /s, '').split(' ')[19]}\n`)
    await assert.rejects(importMap(options(folder)), code('import-running'))
  }
  // of processes that are gone: no such number, our own number from an earlier life, an empty file after a power loss
  for (const stale of ['4194305 1\n', `${process.pid} 1\n`, '']) {
    writeFileSync(join(folder, 'import.lock'), stale)
    await importMap(options(folder, here()))
  }
  assert.ok(!existsSync(join(folder, 'import.lock')))
})
function readFileSyncOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

test('what a killed import left behind is swept away by the next one', async () => {
  const folder = newFolder()
  await importMap(options(folder, here()))
  cpSync(join(folder, JSON.parse(readFileSync(join(folder, 'current.json'), 'utf8')).version), join(folder, '.building-dead'), { recursive: true })
  writeFileSync(join(folder, '.upload-dead.osm.pbf'), 'half')
  await importMap(options(folder, here()))
  assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('.')), [])
})

test('of many versions the newest and the one before are kept', async () => {
  const folder = newFolder()
  const versions: string[] = []
  for (let i = 0; i < 4; i++) versions.push((await importMap(options(folder, here()))).version)
  assert.deepEqual(readdirSync(folder).sort(), [...versions.slice(-2), 'current.json'].sort())
})

test('a damaged road file is refused at start: the town says that it has no map', async () => {
  const folder = newFolder()
  const { version } = await importMap(options(folder, here()))
  const path = join(folder, version, 'graph.bin')
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(path, bytes)
  const town = await open(folder)
  assert.equal(town.view().ready, false)
})

test('uploads: one that breaks off, one that is too short, one beside another, one cancelled', async () => {
  const folder = newFolder()
  const town = await open(folder)
  const bytes = readFileSync(portland)

  const breaking = Readable.from((async function* () {
    yield bytes.subarray(0, 1000)
    throw new Error('connection reset')
  })())
  await assert.rejects(town.imports.start({ stream: breaking, file: 'a.osm.pbf', bytes: bytes.length }))
  await assert.rejects(town.imports.start({ stream: Readable.from([bytes.subarray(0, 1000)]), file: 'b.osm.pbf', bytes: bytes.length }), code('upload-incomplete'))
  assert.deepEqual(town.imports.list().map(({ file, status, problem }) => [file, status, problem?.code]), [['b.osm.pbf', 'failed', 'upload-incomplete'], ['a.osm.pbf', 'failed', 'upload-incomplete']])

  const running = await town.imports.start({ stream: Readable.from([bytes]), file: 'c.osm.pbf', bytes: null })
  assert.ok('id' in running)
  assert.deepEqual(await town.imports.start({ stream: Readable.from([bytes]), file: 'd.osm.pbf', bytes: null }), { refused: 'import-running', params: { pid: process.pid } })
  assert.equal(await town.imports.cancel(running.id), undefined)
  assert.equal(town.imports.find(running.id)!.status, 'cancelled')
  assert.deepEqual(await town.imports.cancel(running.id), { refused: 'import-not-running' })
  assert.deepEqual(await town.imports.cancel('nobody'), { refused: 'import-not-found' })
  assert.deepEqual(readdirSync(folder).filter((name) => name !== 'imports.json'), [])
  assert.equal(town.view().ready, false)
})

test('a broken upload says in both languages what is wrong and where; the list survives a restart', async () => {
  const folder = newFolder()
  const town = await open(folder)
  const answer = await town.imports.start({ stream: Readable.from([readFileSync(guixi).subarray(0, 20_000)]), file: 'cut.osm.pbf', bytes: 20_000 })
  assert.ok('id' in answer)
  await until('it has failed', () => town.imports.find(answer.id)!.status === 'failed')
  await town.close()
  const again = await open(folder)
  const [row] = again.imports.list()
  assert.equal(row?.problem?.code, 'osm-file-cut-short')
  const { importView } = await import('./imports-store.ts')
  assert.match(importView(row!, 'zh').problem!.because, /不完整，读到第 \d+ 字节/)
  assert.match(importView(row!, 'en').problem!.because, /breaks off after byte \d+: .*cut short/)
})

test('an import that a restart interrupted is told as such', async () => {
  const folder = newFolder()
  const town = await open(folder)
  await town.close()
  writeFileSync(join(folder, 'imports.json'), JSON.stringify([{ id: 'x', file: 'x.osm.pbf', bytes: 1, status: 'running', step: 'graph', share: 0.3, startedAt: T, endedAt: null, problem: null, report: null }]))
  const again = await open(folder)
  assert.deepEqual([again.imports.find('x')!.status, again.imports.find('x')!.problem?.code], ['failed', 'import-interrupted'])
})
