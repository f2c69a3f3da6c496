/** What the road engine promises to programs over HTTP, on the real server, while units move. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { callerOf, commandId, signedIn, type Answer, type Call } from './caller.ts'
import { emptyHouse, firstAdministrator, furnish, importOver, guixi, ownDatabase, square, type House } from './own-house.ts'
import { listenTo } from './live-listener.ts'
import { serve, temporaryFolder, type Served } from './serve.ts'

const data = temporaryFolder('gengfu-road-http-')
let served: Served
let house: House
let dispatcher: Call

before(async () => {
  served = await emptyHouse(data)
  house = await furnish(served, await firstAdministrator(served))
  dispatcher = house.people.dispatcher
})
after(async () => void (await served?.stop()))

function refused(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body))
  assert.ok(answer.body.because.length > 10 && !/[{}]/.test(answer.body.because), answer.body.because)
}
const get = async (path: string, call = dispatcher) => {
  const answer = await call('GET', path)
  assert.equal(answer.status, 200, `${path}: ${JSON.stringify(answer.body)}`)
  return answer.body
}
const post = (path: string, body: object, call = dispatcher) => call('POST', path, body)
const query = (of: object) => new URLSearchParams(Object.entries(of).map(([key, value]) => [key, String(value)])).toString()
const far = { lon: 117.2353, lat: 28.2945 }
const routeOf = (from: { lon: number; lat: number }, to: { lon: number; lat: number }, mode = 'car') =>
  get(`/api/roads/route?${query({ fromLon: from.lon, fromLat: from.lat, toLon: to.lon, toLat: to.lat, mode })}`)
const nearest = async (to: { lon: number; lat: number }, more: object = {}) => (await get(`/api/units/nearest?${query({ ...to, ...more })}`)).items as any[]

/** The two cars and the foot patrol, a few metres on at each step: no faster than a car drives. */
let step = 0
async function move(): Promise<void> {
  step++
  const positions = house.units.map((unit, i) => ({ unit, fixAt: Date.now(), lon: square.lon + 0.003 * i + 0.00003 * (step % 20), lat: square.lat }))
  const answer = await house.people.integrator('POST', '/api/units/positions', { positions })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
}

test('the nearest units, the table and the way say the same of each unit, wherever it has got to', async () => {
  for (let round = 0; round < 8; round++) {
    await move()
    const units = (await get('/api/units')).items as { id: string; lon: number; lat: number; kind: string }[]
    const items = await nearest(square)
    assert.deepEqual(items.map(({ unit }) => unit).sort(), [...house.units].sort())
    assert.ok(items.every(({ seconds }, i) => i === 0 || seconds >= items[i - 1].seconds), 'the first to arrive first')
    for (const mode of ['car', 'foot']) {
      const those = units.filter(({ kind }) => (kind === 'foot' ? 'foot' : 'car') === mode)
      const table = await post('/api/roads/matrix', { mode, from: those.map(({ id, lon, lat }) => ({ id, lon, lat })), to: [square] })
      assert.equal(table.status, 200)
      for (const [i, unit] of those.entries()) {
        const item = items.find((each) => each.unit === unit.id)
        const way = await routeOf(unit, square, mode)
        assert.deepEqual([item.mode, item.seconds, item.meters], [mode, way.seconds, way.meters])
        assert.deepEqual([table.body.from[i], table.body.seconds[i][0], table.body.meters[i][0]], [unit.id, way.seconds, way.meters])
      }
    }
  }
})

test('the nearest: as many, within as many minutes, and in the state that is asked for', async () => {
  await move()
  const all = await nearest(far)
  assert.deepEqual((await nearest(far, { limit: 1 })).map(({ unit }) => unit), [all[0].unit])
  assert.deepEqual((await nearest(far, { minutesMax: all[1].seconds / 60 })).map(({ unit }) => unit), all.slice(0, 2).map(({ unit }) => unit))
  assert.deepEqual(await nearest(far, { state: 'on-scene' }), [])
  assert.equal((await nearest(far, { state: 'any' })).length, 3)
  for (const item of all) {
    for (const field of ['unit', 'callSign', 'kind', 'state', 'mode', 'seconds', 'meters', 'fixAt']) assert.ok(item[field] !== undefined && item[field] !== null, field)
    assert.equal(item.state, 'free')
  }
  assert.deepEqual(await nearest(far, {}).then((items) => items.length), 3)
  assert.deepEqual((await get(`/api/units/nearest?${query(far)}`, house.people.foreign)).items, [], 'units of another part of the tree are not seen')
})

test('areas: from a place, to a place, from all free units; the larger first', async () => {
  await move()
  for (const more of [square, { ...square, direction: 'to' }, { units: 'free' }]) {
    const { type, features, sources, closures } = await get(`/api/roads/isochrone?${query({ minutes: '1,3', ...more })}`)
    assert.deepEqual([type, features.length, closures, sources], ['FeatureCollection', 2, 0, 'units' in more ? 2 : 1])
    assert.deepEqual(features.map(({ properties }: any) => properties.minutes), [3, 1])
    assert.ok(features[0].properties.roadMeters > features[1].properties.roadMeters)
  }
})

test('a closed road counts in the very next question and is in the journal; opened, it counts no more; the same command twice is one', async () => {
  await move()
  const live = listenTo(served.url, '/api/live', house.tokens['dispatcher']!)
  await live.until((message) => message.type === 'hello')
  const open = await routeOf(square, far)
  const half = Math.floor(open.geometry.length / 2)
  const at = [0, 1].map((k) => (open.geometry[half - 1][k] + open.geometry[half][k]) / 2)
  const asked = { commandId: commandId(), geometry: { type: 'Point', coordinates: at }, reason: '路面塌陷' }
  const closed = await post('/api/roads/closures', asked)
  assert.equal(closed.status, 201, JSON.stringify(closed.body))
  const [way, table, items] = [await routeOf(square, far), await post('/api/roads/matrix', { from: [square], to: [far] }), await nearest(far)]
  assert.ok(way.seconds > open.seconds)
  assert.deepEqual([table.body.seconds[0][0], table.body.meters[0][0]], [way.seconds, way.meters])
  assert.ok(items.length > 0)
  assert.deepEqual((await get('/api/roads/closures')).items.map(({ id, reason }: any) => [id, reason]), [[closed.body.id, '路面塌陷']])
  assert.equal((await post('/api/roads/closures', asked)).body.id, closed.body.id)
  refused(await post('/api/roads/closures', { ...asked, reason: 'another' }), 409, 'command-id-reused')
  await live.until((message) => message.type === 'changes' && message.entries.some((entry: any) => entry.stream === `closure/${closed.body.id}`))
  live.close()

  const lifted = await dispatcher('DELETE', `/api/roads/closures/${closed.body.id}?commandId=${commandId()}`)
  assert.deepEqual([lifted.status, lifted.body.liftedAt > 0], [200, true])
  assert.equal((await routeOf(square, far)).seconds, open.seconds)
  assert.deepEqual((await get('/api/roads/closures')).items, [])
  const { head } = await get('/api/journal?after=0&limit=1', house.people.auditor)
  const { items: entries } = await get(`/api/journal?after=${Math.max(0, head - 100)}&limit=1000`, house.people.auditor)
  const ours = entries.filter((entry: any) => entry.stream === `closure/${closed.body.id}`)
  assert.deepEqual(ours.map(({ type }: any) => type), ['road-closed', 'road-opened'])
})

test('while large tables are computed and units move, everybody is answered, and rightly', async () => {
  const points = Array.from({ length: 300 }, (_, i) => ({ lon: 117.2 + 0.0001 * i, lat: 28.28 + 0.00005 * ((i * 37) % 300) }))
  const tables = [0, 1, 2].map(() => post('/api/roads/matrix', { mode: 'foot', from: points, to: points }))
  for (let round = 0; round < 5; round++) {
    await move()
    const [items, way] = await Promise.all([nearest(far), routeOf(square, far)])
    assert.deepEqual([items.length, way.steps.at(-1).turn], [3, 'arrive'])
  }
  for (const { status, body } of await Promise.all(tables)) {
    assert.deepEqual([status, body.seconds.length, body.seconds[0].length], [200, 300, 300])
    for (const [i, j] of [[0, 299], [150, 20]] as const) assert.deepEqual([body.seconds[i][i], body.seconds[i][j]], [0, (await routeOf(points[i]!, points[j]!, 'foot')).seconds])
  }
})

test('questions that make no sense are 400 with what was found and expected, or refused with a sentence', async () => {
  const malformed = async (answer: Promise<Answer>, path: RegExp) => {
    const { status, body } = await answer
    assert.deepEqual([status, body.code], [400, 'malformed'], JSON.stringify(body))
    assert.ok(body.details.some((detail: { path: string }) => path.test(detail.path)), `${path} in ${JSON.stringify(body.details)}`)
  }
  const ask = (path: string) => dispatcher('GET', path)
  await malformed(ask('/api/roads/route?fromLon=117&fromLat=28&toLon=117'), /toLat/)
  await malformed(ask('/api/roads/route?fromLon=28.29&fromLat=117.21&toLon=117&toLat=28'), /fromLat/)
  await malformed(ask('/api/roads/route?fromLon=117&fromLat=28&toLon=117&toLat=28&mode=tank'), /mode/)
  await malformed(ask(`/api/units/nearest?${query(square)}&minutesMax=0`), /minutesMax/)
  await malformed(ask(`/api/units/nearest?${query(square)}&minutesMax=soon`), /minutesMax/)
  await malformed(ask(`/api/units/nearest?${query(square)}&state=asleep`), /state/)
  await malformed(ask(`/api/units/nearest?${query(square)}&limit=0`), /limit/)
  await malformed(ask('/api/units/nearest?lon=117'), /lat/)
  await malformed(post('/api/roads/matrix', { from: [], to: [square] }), /from/)
  await malformed(post('/api/roads/matrix', { from: [square] }), /to/)
  await malformed(post('/api/roads/matrix', { from: [{ lon: 117, lat: 128 }], to: [square] }), /lat/)
  await malformed(post('/api/roads/matrix', { from: [{ ...square, speed: 9 }], to: [square] }), /speed/)
  await malformed(post('/api/roads/closures', { commandId: commandId(), geometry: { type: 'Circle', coordinates: [1, 2] }, reason: 'x' }), /geometry/)
  await malformed(post('/api/roads/closures', { commandId: commandId(), geometry: { type: 'Point', coordinates: [117.2, 28.2] }, reason: '' }), /reason/)
  await malformed(post('/api/roads/closures', { geometry: { type: 'Point', coordinates: [117.2, 28.2] }, reason: 'x' }), /commandId|body/)

  refused(await ask('/api/roads/route?fromLon=10&fromLat=50&toLon=117.2&toLat=28.2'), 409, 'place-off-the-roads')
  refused(await ask(`/api/roads/isochrone?${query({ ...square, minutes: '5,never' })}`), 409, 'minutes-out-of-range')
  refused(await ask('/api/roads/isochrone?minutes=5'), 409, 'place-or-units')
  const many = Array.from({ length: 501 }, () => square)
  refused(await post('/api/roads/matrix', { from: many, to: many }), 409, 'matrix-too-large')
  const { geometry } = await routeOf(square, far)
  const closing = (more: object) => post('/api/roads/closures', { commandId: commandId(), geometry: { type: 'Point', coordinates: geometry[1] }, reason: 'x', ...more })
  refused(await closing({ geometry: { type: 'Point', coordinates: [116, 27] } }), 409, 'closure-without-road')
  refused(await closing({ until: 1 }), 409, 'closure-over-already')
  refused(await closing({ agency: 'nowhere' }), 404, 'agency-not-found')
  refused(await dispatcher('DELETE', '/api/roads/closures/nothing'), 404, 'closure-not-found')
  refused(await post('/api/roads/closures', {}, house.people.stranger), 401, 'not-signed-in')
  refused(await house.people.officer('POST', '/api/roads/closures', { commandId: commandId(), geometry: { type: 'Point', coordinates: [square.lon, square.lat] }, reason: 'x' }), 403, 'not-allowed')
  assert.deepEqual((await get('/api/roads/closures')).items, [], 'none of these closed a road')
})

test('a damaged road file is refused by its name with the reason when the server starts; the map imported again, all is well', async () => {
  await served.stop()
  const town = join(data, 'town')
  const { version } = JSON.parse(readFileSync(join(town, 'current.json'), 'utf8')) as { version: string }
  const file = join(town, version, 'graph.bin')
  const whole = readFileSync(file)
  const before = readdirSync(join(town, version)).sort()
  writeFileSync(file, whole.subarray(0, whole.length - 500))
  served = await serve({ demo: 'none', data, env: ownDatabase })
  assert.ok(served.said().includes(file), served.said())
  assert.match(served.said(), /cut short/)
  assert.match(served.said(), /import it again/)
  assert.deepEqual(readdirSync(join(town, version)).sort(), before, 'nothing was written')
  const { call } = await signedIn(served.url, { name: 'dispatcher-1', password: house.passwords['dispatcher']! })
  refused(await call('GET', `/api/units/nearest?${query(square)}`), 404, 'map-not-found')
  refused(await call('GET', `/api/roads/route?${query({ fromLon: square.lon, fromLat: square.lat, toLon: far.lon, toLat: far.lat })}`), 404, 'map-not-found')
  const administrator = (await signedIn(served.url, { name: 'keeper', password: house.passwords['administrator']! })).call
  assert.equal((await importOver(administrator, readFileSync(guixi))).body.status, 'done')
  const way = await call('GET', `/api/roads/route?${query({ fromLon: square.lon, fromLat: square.lat, toLon: far.lon, toLat: far.lat })}`)
  assert.ok(way.status === 200 && way.body.snappedFromMeters >= 0 && way.body.snappedToMeters >= 0, JSON.stringify(way.body).slice(0, 300))
  assert.equal((await callerOf(served.url)('GET', '/api/roads/closures')).status, 401)
})
