import assert from 'node:assert/strict'
import { readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { distanceMeters } from '#core/geo/distance.ts'
import { fromWgs84 } from '#core/geo/shifted.ts'
import type { Actor } from '#kernel/actor.ts'
import { memoryJournal } from '#platform/journal/memory.ts'
import type { ImportView, PlaceView, SpokenPlace, TownView } from './contract.ts'
import type { TownDeps } from './deps.ts'
import { routes } from './routes.ts'
import { openTown } from './town-jobs.ts'

const T = 1_767_225_600_000
const guixi = readFileSync(new URL('../../demo/guixi/guixi.osm.pbf', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'gengfu-town-routes-'))
const silent = { info: () => {}, warn: () => {}, error: () => {} } as never
const journal = memoryJournal()
let ids = 0
const newId = () => `id-${++ids}`
let deps: TownDeps
before(async () => {
  const town = await openTown({ folder, now: () => T, newId, log: silent, timeZone: 'Asia/Shanghai', threads: 1 })
  deps = { town, journal, now: () => T, newId }
})
after(async () => {
  await deps.town.close()
  rmSync(folder, { recursive: true, force: true })
})

const person = (role: Actor['grants'][number]['role'], agency: string): Actor => ({ account: `${role}-${agency}`, name: role, grants: [{ role, agency }] })
const chief = person('administrator', 'guixi')
type Answer = { status: number; body: any } | { refused: string }
function call(method: string, path: string, request: object = {}): Promise<Answer> {
  const found = routes.find((route) => route.method === method && route.path === path)
  assert.ok(found, `${method} ${path}`)
  return found.handle(deps, { actor: chief, language: 'zh', address: '127.0.0.1', querystring: {}, params: {}, ...request } as never) as Promise<Answer>
}
const body = <T>(answer: Answer): T => {
  assert.ok('body' in answer, JSON.stringify(answer))
  return answer.body as T
}
const upload = (bytes: Uint8Array) => ({ upload: { stream: Readable.from([bytes]), mediaType: 'application/octet-stream', bytes: bytes.length }, querystring: { file: 'C:\\maps\\guixi.osm.pbf' } })

test('before a map is imported, everything says so', async () => {
  assert.equal(body<TownView>(await call('GET', '/api/town')).ready, false)
  assert.deepEqual(await call('GET', '/api/town/reverse', { querystring: { lon: 117.2, lat: 28.3 } }), { refused: 'map-not-found' })
  assert.deepEqual(body(await call('GET', '/api/town/search', { querystring: { q: '雄石路' } })), { items: [] })
})

test('a time zone that does not exist is refused before anything is kept', async () => {
  const asked = upload(guixi)
  assert.deepEqual(await call('POST', '/api/town/imports', { ...asked, querystring: { ...asked.querystring, timeZone: 'Asia/Atlantis' } }), { refused: 'time-zone-unknown', params: { timeZone: 'Asia/Atlantis' } })
  assert.deepEqual(body(await call('GET', '/api/town/imports')), { items: [] })
})

test('only an administrator of the whole tree changes the map', async () => {
  for (const actor of [person('administrator', 'guixi.patrol'), person('dispatcher', 'guixi')]) {
    assert.deepEqual(await call('POST', '/api/town/imports', { actor, ...upload(guixi) }), { refused: 'not-allowed' })
    assert.deepEqual(await call('GET', '/api/town/imports', { actor }), { refused: 'not-allowed' })
    assert.deepEqual(await call('GET', '/api/town/imports/:id', { actor, params: { id: 'id-1' } }), { refused: 'import-not-found' })
    assert.deepEqual(await call('DELETE', '/api/town/imports/:id', { actor, params: { id: 'id-1' } }), { refused: 'import-not-found' })
  }
  for (const found of routes.filter((route) => route.path.startsWith('/api/town/imports'))) assert.deepEqual(found.access, ['administrator'])
  for (const found of routes.filter((route) => !route.path.startsWith('/api/town/imports'))) assert.equal(found.access, 'signed-in')
})

test('an uploaded map is imported, comes into use, and the journal says by whom', async () => {
  const started = await call('POST', '/api/town/imports', upload(guixi))
  assert.equal('status' in started && started.status, 202)
  const { id, file } = body<ImportView>(started)
  assert.equal(file, 'guixi.osm.pbf')
  let view: ImportView
  do {
    await new Promise((resolve) => setTimeout(resolve, 50))
    view = body<ImportView>(await call('GET', '/api/town/imports/:id', { params: { id } }))
  } while (view.status === 'running')
  assert.equal(view.status, 'done', JSON.stringify(view))
  assert.equal(body<{ items: ImportView[] }>(await call('GET', '/api/town/imports')).items[0]!.id, id)
  assert.equal(body<TownView>(await call('GET', '/api/town')).ready, true)
  const [entry] = await journal.read(0, 10)
  assert.deepEqual([entry?.stream, entry?.type, entry?.agency, entry?.actor.account], ['town/map', 'map-installed', 'guixi', chief.account])
  assert.deepEqual(await call('DELETE', '/api/town/imports/:id', { params: { id } }), { refused: 'import-not-running' })
})

test('search and words take shifted coordinates as their source declares them', async () => {
  const [street] = body<{ items: PlaceView[] }>(await call('GET', '/api/town/search', { querystring: { q: '冶金大道', limit: 1 } })).items
  assert.ok(street)
  for (const crs of ['gcj02', 'bd09'] as const) {
    const [lon, lat] = fromWgs84(crs, street.lon, street.lat)
    assert.ok(distanceMeters(lon, lat, street.lon, street.lat) > 300)
    const said = body<SpokenPlace>(await call('GET', '/api/town/reverse', { querystring: { lon, lat, crs } }))
    assert.match(said.text, /^冶金大道/)
    assert.ok(said.distanceMeters! <= 1)
    const near = body<{ items: PlaceView[] }>(await call('GET', '/api/town/search', { querystring: { q: '冶金大道', lon, lat, crs } }))
    assert.equal(near.items[0]!.distanceMeters, 0)
  }
})

test('the tiles of this version are a file, those of another are not there', async () => {
  const { version } = body<TownView>(await call('GET', '/api/town'))
  const file = body<{ path: string; type: string; etag: string }>(await call('GET', '/api/town/basemap/:version.pmtiles', { params: { version } }))
  assert.equal(readFileSync(file.path).subarray(0, 7).toString(), 'PMTiles')
  assert.deepEqual(await call('GET', '/api/town/basemap/:version.pmtiles', { params: { version: 'older' } }), { refused: 'basemap-not-found' })
})
