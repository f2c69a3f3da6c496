/** The roads room as a whole: a real map, a real journal, closures that count in the next question. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Actor, Role } from '#kernel/actor.ts'
import type { Tx } from '#kernel/journal.ts'
import { importMap } from '#modules/town/import-jobs.ts'
import { openTown, type Town } from '#modules/town/town-jobs.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { bindSql } from '#platform/db/sql.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { close, open } from './closure.ts'
import type { ClosureView, IsochroneView, MatrixView, RouteView } from './contract.ts'
import type { RoadsDeps } from './deps.ts'
import { openRoads, type RoadsRoom } from './jobs.ts'
import { refusals } from './refusals.ts'
import { routes } from './routes.ts'
import { closuresInForce, newestClosures, projectedTables, projections } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'gengfu-roads-'))
const guixi = new URL('../../demo/guixi/guixi.osm.pbf', import.meta.url).pathname
const scene = await testDatabase()
let clock = 1_767_225_600_000
const now = () => clock
let ids = 0
const newId = () => `id-${++ids}`
type Node = { journal: ReturnType<typeof postgresJournal>; room: RoadsRoom; deps: RoadsDeps }
let town: Town
let one: Node
let two: Node

const person = (role: Role, agency: string): Actor => ({ account: `${role}-${agency}`, name: role, grants: [{ role, agency }] })
const night = person('dispatcher', 'guixi')
const unit = (id: string, lon: number, lat: number, more: Partial<UnitView> = {}) => ({ id, callSign: id, kind: 'car', agency: 'guixi', capabilities: [], state: 'free', stale: false, lon, lat, fixAt: now(), ...more }) as unknown as UnitView
let units: UnitView[] = []

async function nodeOn(): Promise<Node> {
  const journal = postgresJournal({ db: scene.database, log: silentLog, projections: [...projections] })
  const room = await openRoads({ db: scene.database, journal, now, newId, log: silentLog, town, onFault: (what, cause) => assert.fail(`${what}: ${String(cause)}`) })
  journal.listen(room.hear)
  await journal.start()
  const findAgency = async (path: string) => (path.startsWith('guixi') ? ({ id: path, path } as never) : undefined)
  return { journal, room, deps: { db: scene.database, journal, now, newId, findAgency, liveUnits: () => units, room } }
}
before(async () => {
  await importMap({ folder, source: guixi, id: 'first', now: clock })
  town = await openTown({ folder, now, newId, log: silentLog, timeZone: 'Asia/Shanghai' })
  ;[one, two] = [await nodeOn(), await nodeOn()]
})
after(async () => {
  for (const node of [one, two]) {
    await node.room.stop()
    await node.journal.stop()
  }
  await town.close()
  await scene.drop()
  rmSync(folder, { recursive: true, force: true })
})

type Answer = { status: number; body: unknown } | { refused: string }
function call(method: string, path: string, request: object = {}, { actor = night, node = one }: { actor?: Actor; node?: Node } = {}): Promise<Answer> {
  const found = routes.find((route) => route.method === method && route.path === path)
  assert.ok(found, `${method} ${path}`)
  return found.handle(node.deps, { actor, language: 'zh', address: '127.0.0.1', querystring: {}, params: {}, ...request } as never) as Promise<Answer>
}
const body = <T>(answer: Answer): T => {
  assert.ok('body' in answer, JSON.stringify(answer))
  return answer.body as T
}
const from = { lon: 117.2097, lat: 28.2932 }
const to = { lon: 117.235, lat: 28.305 }
const routeOf = async (mode = 'car', node = one) => body<RouteView>(await call('GET', '/api/roads/route', { querystring: { fromLon: from.lon, fromLat: from.lat, toLon: to.lon, toLat: to.lat, mode } }, { node }))
/** The middle of the way's longest piece. */
const middleOf = ({ geometry }: RouteView): [number, number] => {
  const half = Math.floor(geometry.length / 2)
  const [a, b] = [geometry[half - 1]!, geometry[half]!]
  return [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2]
}
const closeAt = (geometry: object, more: object = {}, how: { actor?: Actor; node?: Node } = {}) => call('POST', '/api/roads/closures', { body: { commandId: newId(), geometry, reason: '路面塌陷', ...more } }, how)
const lift = (id: string, how: { actor?: Actor; node?: Node } = {}) => call('DELETE', '/api/roads/closures/:id', { params: { id }, querystring: { commandId: newId() } }, how)

test('matrix, way and arrivals say the same, before plans are ready and after', async () => {
  const points = [from, to, { lon: 117.22, lat: 28.3 }, { lon: 117.202, lat: 28.29 }]
  const compare = async () => {
    const table = body<MatrixView>(await call('POST', '/api/roads/matrix', { body: { from: points.map((point, i) => ({ id: `p${i}`, ...point })), to: points } }))
    assert.deepEqual(table.from, ['p0', 'p1', 'p2', 'p3'])
    const way = await routeOf()
    assert.equal(table.seconds[0]![1], way.seconds)
    assert.equal(table.meters[0]![1], way.meters)
    const arrivals = await one.room.roads.arrivals(to, [{ id: 'a', ...from, mode: 'car' }])
    assert.deepEqual(arrivals, [{ id: 'a', seconds: way.seconds, meters: way.meters }])
    assert.ok(way.steps.length > 1 && way.steps[0]!.turn === 'depart' && way.steps.some(({ street }) => street !== null))
    return [table, way] as const
  }
  const [, early] = await compare()
  await one.room.settled()
  const [table, late] = await compare()
  assert.equal(table.engine, 'planned')
  assert.equal(late.seconds, early.seconds)
})

test('a closed road counts in the next question, on every node, and no more when it is lifted', async () => {
  const open = await routeOf()
  const there = middleOf(open)
  units = [unit('near', from.lon, from.lat), unit('walker', from.lon, from.lat, { kind: 'foot' })]
  const nearest = async (node = one) => body<{ items: { unit: string; seconds: number; mode: string }[] }>(await call('GET', '/api/units/nearest', { querystring: to }, { node })).items
  const free = await nearest()
  assert.equal(free[0]!.seconds, open.seconds)

  const made = body<ClosureView>(await closeAt({ type: 'Point', coordinates: there }))
  assert.ok(made.edges === 1 && made.lines.length === 1 && made.liftedAt === null && made.modes.join() === 'car,emergency,bike')
  const round = await routeOf()
  assert.ok(round.seconds > open.seconds, `${round.seconds} s round the closure, ${open.seconds} s before`)
  assert.equal((await nearest())[0]!.seconds, round.seconds)
  assert.equal((await nearest()).find(({ unit }) => unit === 'walker')!.seconds, free.find(({ unit }) => unit === 'walker')!.seconds, 'a closure is for vehicles')
  // the other node hears of it within a second
  let other = await routeOf('car', two)
  for (let i = 0; i < 50 && other.seconds !== round.seconds; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    other = await routeOf('car', two)
  }
  assert.equal(other.seconds, round.seconds)
  assert.deepEqual(body<{ items: ClosureView[] }>(await call('GET', '/api/roads/closures')).items.map(({ id }) => id), [made.id])
  await one.room.settled()
  const planned = await routeOf()
  assert.deepEqual([planned.engine, planned.seconds], ['planned', round.seconds], 'plans made for the closed road say the same')

  const lifted = body<ClosureView>(await lift(made.id))
  assert.ok(lifted.liftedAt !== null)
  assert.equal((await routeOf()).seconds, open.seconds)
  assert.deepEqual(body(await call('GET', '/api/roads/closures')), { items: [] })
  assert.equal(body<{ items: ClosureView[] }>(await call('GET', '/api/roads/closures', { querystring: { all: true } })).items[0]!.id, made.id)
  body(await lift(made.id)) // lifting what is open changes nothing
})

test('a line across, a line along and an area close what they touch; a drawing in a field is refused', async () => {
  const [lon, lat] = middleOf(await routeOf())
  for (const geometry of [
    { type: 'LineString', coordinates: [[lon - 0.0008, lat - 0.0008], [lon + 0.0008, lat + 0.0008]] },
    { type: 'Polygon', coordinates: [[[lon - 0.001, lat - 0.001], [lon + 0.001, lat - 0.001], [lon + 0.001, lat + 0.001], [lon - 0.001, lat + 0.001], [lon - 0.001, lat - 0.001]]] },
  ]) {
    const made = body<ClosureView>(await closeAt(geometry))
    assert.ok(made.edges >= 1, geometry.type)
    body(await lift(made.id))
  }
  assert.deepEqual(await closeAt({ type: 'Point', coordinates: [117.5, 28.5] }), { refused: 'closure-without-road' })
  assert.deepEqual(await closeAt({ type: 'Point', coordinates: [lon, lat] }, { until: clock - 1 }), { refused: 'closure-over-already' })
})

test('who commands the streets closes them, in their own part of the tree; the same command twice is one closure', async () => {
  const point = { type: 'Point', coordinates: middleOf(await routeOf()) }
  assert.deepEqual(routes.find(({ method, path }) => method === 'POST' && path === '/api/roads/closures')!.access, ['dispatcher', 'commander', 'administrator'])
  assert.deepEqual(await closeAt(point, { agency: 'yujiang' }), { refused: 'agency-not-found' })
  const commandId = newId()
  const first = body<ClosureView>(await closeAt(point, { commandId }))
  assert.equal(body<ClosureView>(await closeAt(point, { commandId })).id, first.id)
  assert.deepEqual(await lift(first.id, { actor: person('dispatcher', 'yujiang') }), { refused: 'closure-not-found' })
  assert.deepEqual(await lift('nothing'), { refused: 'closure-not-found' })
  body(await lift(first.id))
})

test('a closure that runs out is lifted once, whoever notices', async () => {
  const made = body<ClosureView>(await closeAt({ type: 'Point', coordinates: middleOf(await routeOf()) }, { until: clock + 60_000 }))
  clock += 61_000
  one.room.start()
  two.room.start()
  for (let i = 0; i < 400 && one.room.roads.closureCount() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 25))
  assert.equal(one.room.roads.closureCount(), 0)
  const entries = await one.journal.read(0, 1000, { stream: `closure/${made.id}` })
  assert.deepEqual(entries.map(({ type }) => type), ['road-closed', 'road-opened'])
  assert.equal(entries[1]!.actor.account, 'system')
})

test('the nearest units: how many, within how many minutes, in which state, and no e-bike faster than the law lets it be', async () => {
  type Item = { unit: string; kind: string; state: string; mode: string; seconds: number; meters: number }
  const nearest = async (more: object = {}) => body<{ items: Item[] }>(await call('GET', '/api/units/nearest', { querystring: { ...to, ...more } })).items
  const ids = (items: readonly Item[]) => items.map((item) => item.unit)
  const close = { lon: 117.2335, lat: 28.3045 }
  units = [
    unit('far', from.lon, from.lat), unit('near', close.lon, close.lat), unit('busy', close.lon, close.lat, { state: 'en-route' }), unit('old', to.lon, to.lat, { stale: true }),
    unit('motor', from.lon, from.lat, { kind: 'motorcycle' }), unit('electric', from.lon, from.lat, { kind: 'e-bike' }),
  ]
  const free = await nearest()
  assert.equal(free[0]!.unit, 'near')
  assert.deepEqual(ids(free).sort(), ['electric', 'far', 'motor', 'near'])
  assert.deepEqual(ids(await nearest({ limit: 2 })), ids(free).slice(0, 2))
  const [motor, electric] = ['motor', 'electric'].map((id) => free.find((item) => item.unit === id)!)
  assert.deepEqual([motor!.mode, electric!.mode, motor!.meters], ['bike', 'bike', electric!.meters])
  assert.equal(electric!.seconds, Math.max(motor!.seconds, electric!.meters / (25 / 3.6)))
  assert.ok(electric!.seconds > motor!.seconds, 'on these roads the limit counts')

  assert.deepEqual(ids(await nearest({ minutesMax: motor!.seconds / 60 })), ids(free.filter(({ seconds }) => seconds <= motor!.seconds)), 'who is there by then')
  assert.deepEqual(ids(await nearest({ minutesMax: 0.01 })), [])
  assert.deepEqual((await nearest({ state: 'en-route' })).map((item) => [item.unit, item.state]), [['busy', 'en-route']])
  assert.deepEqual(ids(await nearest({ state: 'any' })).sort(), ['busy', 'electric', 'far', 'motor', 'near'])
  units = []
})

test('areas reached grow with the minutes, shrink with a closure, and come from all free units together', async () => {
  const ask = async (querystring: object) => body<IsochroneView>(await call('GET', '/api/roads/isochrone', { querystring }))
  const areas = await ask({ ...from, minutes: '5,2' })
  assert.deepEqual(areas.features.map(({ properties }) => properties.minutes), [5, 2])
  assert.ok(areas.features[0]!.properties.roadMeters > areas.features[1]!.properties.roadMeters)
  assert.ok(areas.features.every(({ geometry }) => geometry.coordinates.length > 0))
  units = [unit('a', from.lon, from.lat), unit('b', to.lon, to.lat), unit('old', 117.22, 28.3, { stale: true }), unit('walker', 117.22, 28.3, { kind: 'foot' })]
  const together = await ask({ units: 'free', minutes: '2' })
  assert.equal(together.sources, 2)
  assert.ok(together.features[0]!.properties.roadMeters > areas.features[1]!.properties.roadMeters)
  const all = units
  units = Array.from({ length: 1200 }, (_, i) => unit(`many-${i}`, from.lon + 1e-5 * (i % 50), from.lat))
  assert.equal((await ask({ units: 'free', minutes: '2' })).sources, 1200, 'none is left out')
  units = all
  const made = body<ClosureView>(await closeAt({ type: 'Point', coordinates: middleOf(await routeOf()) }))
  const less = await ask({ ...from, minutes: '5' })
  assert.equal(less.closures, 1)
  assert.ok(less.features[0]!.properties.roadMeters <= areas.features[0]!.properties.roadMeters)
  body(await lift(made.id))
  units = []
  assert.deepEqual(await call('GET', '/api/roads/isochrone', { querystring: { units: 'free', minutes: '5' } }), { refused: 'no-free-units' })
  assert.deepEqual(await call('GET', '/api/roads/isochrone', { querystring: { minutes: '5' } }), { refused: 'place-or-units' })
  assert.deepEqual(await call('GET', '/api/roads/isochrone', { querystring: { ...from, minutes: '5,never' } }), { refused: 'minutes-out-of-range', params: { minutes: '5,never' } })
  assert.deepEqual(await call('GET', '/api/roads/isochrone', { querystring: { lon: 100, lat: 10, minutes: '5' } }), { refused: 'place-off-the-roads' })
})

test('replaying the journal gives the closures again, row by row', async () => {
  const made = body<ClosureView>(await closeAt({ type: 'Point', coordinates: middleOf(await routeOf()) }, { until: clock + 1e9 }))
  const rows = async () => JSON.stringify([await closuresInForce(scene.database), await newestClosures(scene.database, 1000)])
  const before = await rows()
  const entries = await one.journal.read(0, 10_000)
  await scene.database.transaction(async (sql) => {
    for (const table of projectedTables) await sql.query(`delete from ${table}`)
    const tx = { load: () => assert.fail('a projection asks nobody'), append: () => assert.fail('a projection appends nothing') } as unknown as Tx
    bindSql(tx, sql)
    for (const entry of entries) for (const { types, apply } of projections) if (types.includes(entry.type)) await apply(tx, entry)
  })
  assert.equal(await rows(), before)
  body(await lift(made.id))
})

test('the rules of a closure say no with codes that have sentences in both languages', () => {
  const geometry = { type: 'Point' as const, coordinates: [117, 28] }
  const wanted = { geometry, reason: 'x', modes: ['car'] as const, until: null }
  const answers = [close(wanted, { edges: 0 }, 1), close(wanted, { edges: 99_999 }, 1), close({ ...wanted, until: 1 }, { edges: 1 }, 1), open({ status: 'unheard' }, 1)]
  for (const answer of answers) {
    assert.ok('refused' in answer)
    assert.ok(refusals[answer.refused]?.zh && refusals[answer.refused]?.en, answer.refused)
  }
  assert.deepEqual(open({ status: 'opened' }, 1), { events: [] })
})
