/** The patrol room beside the units room, over HTTP: from a drawing to an alarm that somebody took note of. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Registry } from 'prom-client'
import type { Actor, Role } from '#kernel/actor.ts'
import type { Entry } from '#kernel/journal.ts'
import { keptSinceOfEach, pastFixes } from '#modules/units/history-store.ts'
import { readSaid } from '#modules/units/retention-store.ts'
import { openUnits, type Units } from '#modules/units/jobs.ts'
import { refusals as unitsRefusals } from '#modules/units/refusals.ts'
import { routes as unitsRoutes } from '#modules/units/routes.ts'
import { projections as unitsProjections } from '#modules/units/store.ts'
import type { Database } from '#platform/db/open.ts'
import { createHttpServer, type HttpServer } from '#platform/http/server.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { dumpTables, everyEntry, replay } from '#platform/journal/replay.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import type { FenceEventView, FenceView } from './contract.ts'
import { openPatrol, type PatrolRoom } from './jobs.ts'
import { refusals } from './refusals.ts'
import { routes } from './routes.ts'
import { visitsRoutes } from './visits-routes.ts'
import { sweepVisits } from './visits-store.ts'
import { projections } from './store.ts'

const clock = { now: Date.UTC(2026, 10, 22, 8) }
let db: Database
let journal: ReturnType<typeof postgresJournal>
let server: HttpServer
let units: Units
let patrol: PatrolRoom
let close: () => Promise<void>
const faults: unknown[] = []
let made = 0

const findAgency = async (path: string) => ({ id: 'a', path, name: path, nameEn: null, kind: 'station' as const, lon: null, lat: null })
const needs = () => ({
  db,
  journal,
  now: () => clock.now,
  newId: () => `id-${++made}`,
  timeZone: () => 'Asia/Shanghai',
  townBounds: () => [117.1, 28.2, 117.3, 28.4],
  findAgency,
  liveUnits: units.liveUnits,
  keptDays: () => readSaid(db),
  keptSince: (of: readonly string[]) => keptSinceOfEach(db, of, clock.now),
  fixesOf: (handle: number, from: number, to: number, limit: number) => pastFixes(db, handle, from, to, limit, clock.now),
  onFault: (_what: string, cause: unknown) => void faults.push(cause),
})

before(async () => {
  const { database, drop } = await testDatabase()
  db = database
  journal = postgresJournal({ db, projections: [...unitsProjections, ...projections], log: silentLog })
  units = await openUnits({
    journal,
    db,
    now: () => clock.now,
    newId: () => `id-${++made}`,
    randomBytes: (count) => randomBytes(count),
    findAgency,
    memberNames: async (ids) => new Map(ids.map((id) => [id, id])),
    onPlaced: (placed) => patrol.placed(placed),
  })
  patrol = await openPatrol(needs())
  journal.listen(units.hear)
  journal.listen((entries: readonly Entry[]) => patrol.hear(entries))
  await journal.start()
  server = await createHttpServer({
    log: silentLog,
    metrics: { registry: new Registry() },
    sentences: { ...unitsRefusals, ...refusals },
    authenticate: async ({ token }) => authentic(Buffer.from(token, 'base64url').toString().trim()),
    staticFolder: '/nowhere',
    version: 'test',
    now: () => clock.now,
    checkReplies: true,
    limits: { strangerPerMinute: 100_000, sessionPerMinute: 100_000 },
  })
  server.mount(unitsRoutes, units.deps)
  server.mount([...routes, ...visitsRoutes], { ...needs(), get room() { return patrol } })
  await server.app.ready()
  close = async () => {
    await server.close()
    await patrol.stop()
    await units.stop()
    await journal.stop()
    await drop()
  }
})
after(() => close())

/** Who calls is what the bearer token says in clear: `role@agency`. */
function authentic(token: string) {
  const [role, agency] = token.split('@')
  const actor: Actor = { account: token.replace(/\W/g, '-'), name: token, grants: [{ role: role as Role, agency: agency! }] }
  return { actor, session: { id: token, csrf: '', mustChangePassword: false } as never }
}
type Reply = { status: number; body: any } // what came is what the test looks at
async function ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, who: string, payload?: object): Promise<Reply> {
  const reply = await server.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${Buffer.from(who.padEnd(30)).toString('base64url')}`, 'x-gengfu-language': 'en' },
    ...(payload === undefined ? {} : { payload }),
  })
  return { status: reply.statusCode, body: reply.headers['content-type']?.includes('json') ? reply.json() : reply.body }
}

const desk = 'dispatcher@jx.guixi'
const elsewhere = 'dispatcher@jx.yushan'
let commands = 0
const commandId = () => `command-${++commands}`

async function onDuty(callSign: string, agency = 'jx.guixi.xiongshi'): Promise<string> {
  const { body } = await ask('POST', '/api/units', 'administrator@jx', { commandId: commandId(), callSign, kind: 'car', agency })
  const started = await ask('POST', `/api/units/${body.id}/shift`, 'dispatcher@jx', { commandId: commandId(), crew: [] })
  assert.equal(started.status, 200, JSON.stringify(started.body))
  return body.id
}

/** So many metres east of the middle of the town. */
const lonAt = (meters: number) => 117.21 + meters / 97_900
const lat = 28.29
async function drive(unit: string, places: readonly number[], everySeconds = 10): Promise<void> {
  for (const meters of places) {
    clock.now += everySeconds * 1000
    const { body } = await ask('POST', '/api/units/positions', 'integrator@jx', { positions: [{ unit, fixAt: clock.now, lon: lonAt(meters), lat, speedKmh: 36, accuracyMeters: 5 }] })
    assert.equal(body.accepted, 1, JSON.stringify(body))
  }
  await patrol.settled()
}
/** 100 m apart, from one place to another. */
const way = (from: number, to: number) => Array.from({ length: Math.abs(to - from) / 100 + 1 }, (_, i) => from + Math.sign(to - from) * 100 * i)

async function draw(more: object = {}): Promise<FenceView> {
  const { status, body } = await ask('POST', '/api/patrol/fences', desk, {
    commandId: commandId(), name: `围栏${++made}`, geometry: { type: 'Point', coordinates: [117.21, lat], radiusMeters: 300 }, ...more,
  })
  assert.equal(status, 201, JSON.stringify(body))
  return body
}
const eventsOf = async (query: string, who = desk): Promise<FenceEventView[]> => (await ask('GET', `/api/patrol/fence-events?${query}`, who)).body.items

test('a car drives through a fence: both borders are told, with the fixes between which it crossed, and an alarm waits until somebody took note', async () => {
  const unit = await onDuty('巡1')
  const fence = await draw({ severity: 'alarm' })
  const from = clock.now
  await drive(unit, way(-2000, 2000))
  const events = await eventsOf(`fence=${fence.id}`)
  assert.deepEqual(events.map(({ kind, unit: of, severity }) => [kind, of, severity]), [['left', unit, 'alarm'], ['entered', unit, 'alarm']])
  const [left, entered] = events
  assert.deepEqual([entered!.since, entered!.fixAt].map((at) => (at - from) / 10_000 - 21), [-3, -2], 'between 300 and 200 m before the middle')
  assert.deepEqual([left!.since, left!.fixAt].map((at) => (at - from) / 10_000 - 21), [3, 4], 'and 300 and 400 m behind it')

  const alarms = async () => (await ask('GET', '/api/patrol/fences', desk)).body.items.find(({ id }: FenceView) => id === fence.id).alarms.map(({ id }: FenceEventView) => id)
  assert.deepEqual((await alarms()).sort(), [left!.id, entered!.id].sort())
  assert.equal((await ask('POST', `/api/patrol/fence-events/${left!.id}/seen`, elsewhere, { commandId: commandId() })).status, 404)
  assert.equal((await ask('POST', `/api/patrol/fence-events/${left!.id}/seen`, desk, { commandId: commandId() })).status, 200)
  assert.equal((await ask('POST', `/api/patrol/fence-events/${left!.id}/seen`, desk, { commandId: commandId() })).status, 200)
  assert.deepEqual(await alarms(), [entered!.id])
  assert.equal((await eventsOf(`fence=${fence.id}`))[0]!.seenBy, desk)
})

test('a restart between entering and leaving: the leaving is told, and nothing twice', async () => {
  const unit = await onDuty('巡2')
  const fence = await draw()
  await drive(unit, way(-2000, 100))
  await patrol.stop()
  patrol = await openPatrol(needs())
  await drive(unit, [100, 100, 100, ...way(100, 2000)])
  assert.deepEqual((await eventsOf(`fence=${fence.id}`)).map(({ kind }) => kind), ['left', 'entered'])
})

for (const enter of [true, false]) {
  test(`a stay goes on over restarts, and is told once, ${enter ? 'where entering is told too' : 'also where entering is not told'}`, async () => {
    const unit = await onDuty(enter ? '巡41' : '巡42')
    const fence = await draw({ tells: { enter, leave: false, staySeconds: 600, speedLimitKmh: null, overSeconds: 10 } })
    const stays = async () => (await eventsOf(`fence=${fence.id}`)).filter(({ kind }) => kind === 'stayed')
    await drive(unit, way(-2000, 0))
    const inside = clock.now
    await drive(unit, Array.from({ length: 12 }, () => 0), 25)
    await restart()
    assert.deepEqual(await stays(), [], 'five minutes')
    await drive(unit, Array.from({ length: 13 }, () => 0), 25)
    const [stay, ...others] = await stays()
    assert.ok(stay && others.length === 0, 'ten minutes, five of them before the restart')
    assert.ok(stay.since <= inside && stay.since >= inside - 60_000 && stay.seconds! >= 600 && stay.seconds! < 660, JSON.stringify(stay))
    await restart()
    await drive(unit, Array.from({ length: 30 }, () => 0), 25)
    assert.equal((await stays()).length, 1, 'told already')
    await drive(unit, way(0, 2000))
    await drive(unit, way(2000, 0))
    await restart()
    await drive(unit, Array.from({ length: 20 }, () => 0), 25)
    assert.equal((await stays()).length, 1, 'another stay begins from nothing')
    await drive(unit, Array.from({ length: 8 }, () => 0), 25)
    assert.equal((await stays()).length, 2)
  })
}
async function restart(): Promise<void> {
  await patrol.stop()
  patrol = await openPatrol(needs())
  await patrol.settled()
}

test('a station sees the county’s fences, and at them what its own units did; it changes nothing and sees no alarm of others', async () => {
  const [own, other] = [await onDuty('巡51', 'jx.guixi.xiongshi'), await onDuty('巡52', 'jx.guixi.huayuan')]
  const fence = await draw({ severity: 'alarm' })
  await drive(own, way(-2000, 0))
  await drive(other, way(-2000, 0))
  const seenBy = async (who: string): Promise<FenceView | undefined> => (await ask('GET', '/api/patrol/fences', who)).body.items.find(({ id }: FenceView) => id === fence.id)
  const station = 'station@jx.guixi.xiongshi'
  assert.equal((await seenBy(desk))!.alarms.length, 2)
  assert.deepEqual((await seenBy(station))!.alarms, [])
  assert.equal(await seenBy(elsewhere), undefined)
  assert.deepEqual((await eventsOf(`fence=${fence.id}`, station)).map(({ unit }) => unit), [own])
  assert.deepEqual(await eventsOf(`fence=${fence.id}`, elsewhere), [])
  assert.equal((await eventsOf(`fence=${fence.id}`)).length, 2)
  assert.ok(JSON.stringify((await ask('GET', '/api/patrol/fences.geojson', station)).body).includes(fence.id))
  const below = 'dispatcher@jx.guixi.xiongshi'
  assert.equal((await ask('PATCH', `/api/patrol/fences/${fence.id}`, below, { commandId: commandId(), name: '改名' })).status, 404)
  assert.equal((await ask('DELETE', `/api/patrol/fences/${fence.id}`, below)).status, 404)
  const [event] = await eventsOf(`fence=${fence.id}`, below)
  assert.equal((await ask('POST', `/api/patrol/fence-events/${event!.id}/seen`, below, { commandId: commandId() })).status, 404)
})

test('a fence that was moved before a restart says nothing of who was inside before', async () => {
  const unit = await onDuty('巡8')
  const fence = await draw()
  await drive(unit, way(-2000, 0))
  assert.deepEqual((await eventsOf(`fence=${fence.id}`)).map(({ kind }) => kind), ['entered'])
  clock.now += 1000
  await ask('PATCH', `/api/patrol/fences/${fence.id}`, desk, { commandId: commandId(), geometry: { type: 'Point', coordinates: [lonAt(-3000), lat], radiusMeters: 300 } })
  await patrol.stop()
  patrol = await openPatrol(needs())
  await drive(unit, way(0, 2000))
  assert.equal((await eventsOf(`fence=${fence.id}`)).length, 1)
})

test('what is found while the database is away is written when it is back, once', async () => {
  const unit = await onDuty('巡9')
  const fence = await draw()
  let failures = 3
  const said: string[] = []
  const flaky: typeof journal = { ...journal, act: (command, work) => (failures-- > 0 ? Promise.reject(new Error('gone')) : journal.act(command, work)) }
  const first = patrol
  patrol = await openPatrol({ ...needs(), journal: flaky, onFault: (what) => void said.push(what) })
  await drive(unit, way(-2000, 2000))
  assert.deepEqual((await eventsOf(`fence=${fence.id}`)).map(({ kind }) => kind), ['left', 'entered'])
  assert.equal(said.length, 3)
  await patrol.stop()
  patrol = first
})

test('two nodes that see the same fixes tell a crossing once', async () => {
  const unit = await onDuty('巡3')
  const fence = await draw()
  const other = await openPatrol(needs())
  const first = patrol
  patrol = {
    ...first,
    placed(placed) {
      first.placed(placed)
      other.placed(placed)
    },
    async hear(entries) {
      await first.hear(entries)
      await other.hear(entries)
    },
  }
  await drive(unit, way(-2000, 0))
  await other.settled()
  patrol = first
  await other.stop()
  assert.deepEqual((await eventsOf(`fence=${fence.id}`)).map(({ kind }) => kind), ['entered'])
})

test('off duty ends everything silently, and a new shift begins without a past', async () => {
  const unit = await onDuty('巡4')
  const fence = await draw()
  await drive(unit, way(-2000, 0))
  assert.equal((await ask('POST', `/api/units/${unit}/shift/end`, 'dispatcher@jx', { commandId: commandId() })).status, 200)
  clock.now += 3_600_000
  await ask('POST', `/api/units/${unit}/shift`, 'dispatcher@jx', { commandId: commandId(), crew: [] })
  await drive(unit, way(1500, 2500))
  assert.deepEqual((await eventsOf(`fence=${fence.id}`)).map(({ kind }) => kind), ['entered'])
})

test('who stands where a fence is drawn, or moved to, did not enter it; who leaves it did leave', async () => {
  const unit = await onDuty('巡5')
  await drive(unit, way(1000, 2000).concat([2000, 2000, 2000]))
  const fence = await draw({ geometry: { type: 'Point', coordinates: [lonAt(2000), lat], radiusMeters: 300 } })
  await drive(unit, [2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000])
  assert.deepEqual(await eventsOf(`fence=${fence.id}`), [])
  await drive(unit, way(2000, 4000))
  assert.deepEqual((await eventsOf(`fence=${fence.id}`)).map(({ kind }) => kind), ['left'])
  await ask('PATCH', `/api/patrol/fences/${fence.id}`, desk, { commandId: commandId(), geometry: { type: 'Point', coordinates: [lonAt(4000), lat], radiusMeters: 300 } })
  await drive(unit, Array.from({ length: 15 }, () => 4000))
  assert.equal((await eventsOf(`fence=${fence.id}`)).length, 1)
})

test('stays and speeds are told, a retired fence tells nothing, and one for others neither', async () => {
  const unit = await onDuty('巡6')
  const stays = await draw({ tells: { enter: false, leave: false, staySeconds: 300, speedLimitKmh: 30, overSeconds: 20 } })
  const retired = await draw()
  const onFoot = await draw({ appliesTo: { to: 'kinds', kinds: ['foot'] } })
  assert.equal((await ask('DELETE', `/api/patrol/fences/${retired.id}`, desk)).body.retiredAt, clock.now)
  await drive(unit, [...way(-2000, 0), ...Array.from({ length: 40 }, () => 0)])
  assert.deepEqual((await eventsOf(`fence=${stays.id}`)).map(({ kind, seconds, peakKmh }) => [kind, seconds !== null && seconds >= 300, peakKmh]), [['stayed', true, null], ['speeding', false, 36]])
  assert.deepEqual(await eventsOf(`fence=${retired.id}`), [])
  assert.deepEqual(await eventsOf(`fence=${onFoot.id}`), [])
})

test('who is inside since before the hours of a fence is told by how long it stays and speeds within them, also after a restart', async () => {
  const unit = await onDuty('巡61')
  const inTown = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(11, 16)
  clock.now += 60_000 - (clock.now % 60_000)
  const begins = clock.now + 30 * 60_000
  const hours = { days: [1, 2, 3, 4, 5, 6, 7], from: inTown(begins), until: inTown(begins + 8 * 3_600_000) }
  const fence = await draw({ hours, tells: { enter: true, leave: false, staySeconds: 600, speedLimitKmh: 30, overSeconds: 60 } })
  await drive(unit, way(-2000, 0))
  const still = (minutes: number) => drive(unit, Array.from({ length: minutes * 2 }, () => 0), 30)
  await still(25)
  assert.deepEqual(await eventsOf(`fence=${fence.id}`), [], 'half an hour inside at 36 km/h before the hours begin')
  await still(9)
  await restart()
  await still(12)
  const told = await eventsOf(`fence=${fence.id}`)
  const first = (kind: string) => told.findLast((event) => event.kind === kind)!
  const after = (kind: string) => (first(kind).fixAt - begins) / 1000
  assert.ok(after('stayed') >= 600 && after('stayed') < 630, `${after('stayed')} s`)
  assert.ok(after('speeding') >= 60 && after('speeding') < 120, `${after('speeding')} s`)
  assert.ok(first('stayed').since < begins && first('stayed').seconds! > 2000, 'it says since when it is inside')
  assert.equal(told.filter(({ kind }) => kind === 'stayed').length, 1)
})

test('what a device without signal sends an hour later is told and is no alarm; what comes in time is one', async () => {
  const unit = await onDuty('巡62')
  const fence = await draw({ severity: 'alarm' })
  const positions = way(-2000, 0).map((meters, i) => ({ unit, fixAt: clock.now + (i + 1) * 10_000, lon: lonAt(meters), lat, speedKmh: 36, accuracyMeters: 5 }))
  clock.now += 3_600_000
  assert.equal((await ask('POST', '/api/units/positions', 'integrator@jx', { positions })).body.accepted, positions.length)
  await patrol.settled()
  await drive(unit, [0, 0, 0, ...way(0, 2000)])
  assert.deepEqual((await eventsOf(`fence=${fence.id}`)).map(({ kind, severity }) => [kind, severity]), [['left', 'alarm'], ['entered', 'quiet']])
  const seen: FenceView[] = (await ask('GET', '/api/patrol/fences', desk)).body.items
  assert.deepEqual(seen.find(({ id }) => id === fence.id)!.alarms.map(({ kind }) => kind), ['left'])
})

test('a fence that names a unit which is retired since can be changed; units newly named have to be its agency’s, and are told by call sign', async () => {
  const [gone, other, foreign] = [await onDuty('巡65'), await onDuty('巡66', 'jx.guixi.huayuan'), await onDuty('巡67', 'jx.yushan')]
  const fence = await draw({ agency: 'jx.guixi', appliesTo: { to: 'units', units: [gone] } })
  await ask('POST', `/api/units/${gone}/shift/end`, 'dispatcher@jx', { commandId: commandId() })
  const retired = await ask('DELETE', `/api/units/${gone}?commandId=${commandId()}`, 'administrator@jx')
  assert.ok(retired.status < 300, JSON.stringify(retired.body))
  const change = (more: object, who = desk) => ask('PATCH', `/api/patrol/fences/${fence.id}`, who, { commandId: commandId(), ...more })
  assert.equal((await change({ severity: 'alarm' })).status, 200)
  assert.deepEqual((await change({ appliesTo: { to: 'units', units: [gone, other] } })).body.appliesTo.units, [gone, other])
  const refused = await change({ appliesTo: { to: 'units', units: [gone, foreign] } }, 'dispatcher@jx')
  assert.deepEqual([refused.body.code, refused.body.because.includes('巡67')], ['fence-units-not-of-it', true])
  assert.ok(!(await change({ appliesTo: { to: 'units', units: [foreign] } })).body.because.includes('巡67'), 'not to whom that unit is none of his business')
  assert.equal((await ask('POST', '/api/patrol/fences', desk, { commandId: commandId(), name: '新', geometry: fence.geometry, appliesTo: { to: 'units', units: [gone] } })).body.code, 'fence-units-not-of-it', 'a new fence names no retired one')
})

test('two who change a fence at once undo nothing of each other: what is not said stays, also of what it tells', async () => {
  const fence = await draw({ tells: { enter: true, leave: true, staySeconds: null, speedLimitKmh: 60, overSeconds: 25 } })
  const change = (more: object) => ask('PATCH', `/api/patrol/fences/${fence.id}`, desk, { commandId: commandId(), ...more })
  await Promise.all([change({ tells: { staySeconds: 600 } }), change({ tells: { speedLimitKmh: 40 } }), change({ severity: 'alarm' })])
  const { body } = await change({})
  assert.deepEqual([body.tells, body.severity, body.geometry], [{ enter: true, leave: true, staySeconds: 600, speedLimitKmh: 40, overSeconds: 25 }, 'alarm', fence.geometry])
  assert.equal((await change({ tells: { nonsense: 1 } })).status, 400)
})

test('another agency’s fence and its events are not found, whatever door is tried', async () => {
  const fence = await draw()
  const stranger = 'commander@jx.yushan'
  assert.ok(!(await ask('GET', '/api/patrol/fences', stranger)).body.items.some(({ id }: FenceView) => id === fence.id))
  assert.ok(!(await ask('GET', '/api/patrol/fences.geojson', stranger)).body.features?.length)
  assert.deepEqual(await eventsOf('from=0', stranger), [])
  assert.equal((await ask('PATCH', `/api/patrol/fences/${fence.id}`, stranger, { commandId: commandId(), name: 'x' })).body.code, 'fence-not-found')
  assert.equal((await ask('DELETE', `/api/patrol/fences/${fence.id}`, stranger)).body.code, 'fence-not-found')
  assert.equal((await ask('POST', '/api/patrol/fences', stranger, { commandId: commandId(), agency: 'jx.guixi', name: 'x', geometry: fence.geometry })).body.code, 'agency-not-found')
  for (const [method, path] of [['GET', '/api/patrol/fences'], ['GET', '/api/patrol/fence-events']] as const) assert.equal((await ask(method, path, 'officer@jx.guixi')).status, 403)
  assert.equal((await ask('POST', '/api/patrol/fences', 'station@jx.guixi', { commandId: commandId(), name: 'x', geometry: fence.geometry })).status, 403)
})

test('a county’s fence says nothing of another county’s units', async () => {
  const guest = await onDuty('山1', 'jx.yushan')
  const fence = await draw()
  await drive(guest, way(-2000, 2000))
  assert.deepEqual(await eventsOf(`fence=${fence.id}`), [])
  assert.equal((await ask('POST', '/api/patrol/fences', desk, { commandId: commandId(), name: '点名', geometry: fence.geometry, appliesTo: { to: 'units', units: [guest] } })).body.code, 'fence-units-not-of-it')
})

test('what goes out as GeoJSON comes in again; a wrong feature is named, and then none comes in', async () => {
  const square = [[117.2, 28.3], [117.21, 28.3], [117.21, 28.31], [117.2, 28.31], [117.2, 28.3]]
  const features = [
    { type: 'Feature', properties: { name: '进口一', severity: 'alarm', staySeconds: 600, enter: false }, geometry: { type: 'Polygon', coordinates: [square.map((place) => [...place, 33])] } },
    { type: 'Feature', properties: { radiusMeters: 120 }, geometry: { type: 'Point', coordinates: [117.22, 28.3] } },
    { type: 'Feature', properties: { name: '路线一', widthMeters: 80, enter: false }, geometry: { type: 'LineString', coordinates: [[117.2, 28.3, 12], [117.21, 28.3, 14]] } },
  ]
  const send = (list: unknown[], who = desk) => ask('POST', '/api/patrol/fences/import', who, { commandId: commandId(), agency: 'jx.guixi.huayuan', geojson: { type: 'FeatureCollection', features: list } })
  const wrong: [feature: object, because: RegExp][] = [
    [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: square } }, /Feature 4 of the file: .*LineString/],
    [{ type: 'Feature', properties: {}, geometry: null }, /Feature 4 of the file: .*null/],
    [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [117.2, 28.3] } }, /Feature 4 of the file: .*Point with radiusMeters/],
    [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [square.slice(1)] } }, /Feature 4 of the file: Ring 1 is not closed/],
    [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [square.map(([lon, latitude]) => [latitude, lon])] } }, /Feature 4 of the file: Coordinates look swapped/],
    [{ type: 'Feature', properties: { staySeconds: 'long' }, geometry: { type: 'Polygon', coordinates: [square] } }, /Feature 4 of the file: Property staySeconds: "long"/],
    [{ type: 'Feature', properties: { name: '进口一' }, geometry: { type: 'Polygon', coordinates: [square] } }, /Feature 4 of the file: The agency has a fence called “进口一”/],
  ]
  for (const [feature, because] of wrong) {
    const { status, body } = await send([...features, feature])
    assert.equal(status, 409, JSON.stringify(body))
    assert.match(body.because, because)
  }
  const { status, body } = await send(features)
  assert.equal(status, 201, JSON.stringify(body))
  const imported = body.items as FenceView[]
  assert.deepEqual(imported.map(({ name, severity, tells }) => [name, severity, tells.enter, tells.staySeconds]).sort(), [['Fence 2', 'quiet', true, null], ['进口一', 'alarm', false, 600], ['路线一', 'quiet', false, null]].sort())

  const out = await ask('GET', '/api/patrol/fences.geojson', desk)
  const mine = (typeof out.body === 'string' ? JSON.parse(out.body) : out.body).features.filter(({ id }: FenceView) => imported.some((fence) => fence.id === id))
  for (const { id } of imported) await ask('DELETE', `/api/patrol/fences/${id}`, desk)
  const again = await send(mine)
  assert.equal(again.status, 201, JSON.stringify(again.body))
  const plain = (list: FenceView[]) => list.map(({ name, geometry, tells, severity }) => ({ name, geometry, tells, severity })).sort((a, b) => a.name.localeCompare(b.name))
  assert.deepEqual(plain(again.body.items), plain(imported))
})

test('the same command twice draws one fence; a name is free again after its fence is retired', async () => {
  const body = { commandId: commandId(), name: '一次', geometry: { type: 'Point', coordinates: [117.21, lat], radiusMeters: 300 } }
  const [one, two] = [await ask('POST', '/api/patrol/fences', desk, body), await ask('POST', '/api/patrol/fences', desk, body)]
  assert.equal(one.body.id, two.body.id)
  assert.equal((await ask('POST', '/api/patrol/fences', desk, { ...body, commandId: commandId() })).body.code, 'fence-name-taken')
  await ask('DELETE', `/api/patrol/fences/${one.body.id}`, desk)
  assert.equal((await ask('POST', '/api/patrol/fences', desk, { ...body, commandId: commandId() })).status, 201)
})

test('the tables say what the journal says, nothing failed meanwhile, and no entry holds a unit’s place', async () => {
  assert.deepEqual(faults, [])
  const entries = await journal.read(0, 100_000)
  const passages = entries.filter(({ type }) => /^fence-(entered|left|stayed|speeding)$/.test(type))
  assert.ok(passages.length >= 10, `${passages.length}`)
  for (const { data } of passages) assert.doesNotMatch(JSON.stringify(data), /lon|lat|place|117\./)
  const { database, drop } = await testDatabase()
  await replay({ entries: everyEntry(journal), into: database, projections: [...unitsProjections, ...projections] })
  assert.deepEqual(await dumpTables(database, ['patrol']), await dumpTables(db, ['patrol']))
  await drop()
})

// ——— visits 到点 ———

const visitsAt = async (fence: string, who = desk, more = ''): Promise<any[]> => (await ask('GET', `/api/patrol/visits?fence=${fence}${more}`, who)).body.items
const silent = { enter: false, leave: false, staySeconds: null, speedLimitKmh: null, overSeconds: 0 }
const standing = (meters: number, count: number) => Array.from({ length: count }, () => meters)

test('a stay at a place to visit is a visit, under way and ended; passing through is none, nor is a stay where nobody has to go', async () => {
  const place = await draw({ tells: silent, visitSeconds: 60 })
  const other = await draw({ tells: { ...silent, enter: true } })
  assert.deepEqual([place.visitSeconds, other.visitSeconds], [60, null])
  const unit = await onDuty('到1')
  await drive(unit, [...way(-1000, 1000), ...way(1000, 0)])
  assert.deepEqual(await visitsAt(place.id), [], 'it only passed, and has just come')
  await drive(unit, standing(0, 8))
  const [there] = await visitsAt(place.id)
  assert.deepEqual([there.unit, there.callSign, there.leftAt, there.fenceName], [unit, '到1', null, place.name])
  const came = there.arrivedAt
  await drive(unit, [...standing(0, 20), ...way(100, 1000)])
  const visits = await visitsAt(place.id)
  assert.equal(visits.length, 1)
  const [{ arrivedAt, leftAt, seconds, fixes }] = visits
  assert.ok(arrivedAt === came && leftAt < clock.now - 30_000 && seconds === Math.round((leftAt - came) / 1000) && seconds > 280, JSON.stringify(visits))
  assert.ok(fixes >= 28 && fixes <= 36, `${fixes} fixes`)
  assert.deepEqual(await visitsAt(other.id), [])
  assert.ok(!JSON.stringify(visits).includes('117.'), 'no place is said')
})

/** What a device kept, from now on, one in ten seconds; it is sent when `send` is called. */
function kept(unit: string, places: readonly number[]): () => Promise<void> {
  const positions = places.map((meters) => ({ unit, fixAt: (clock.now += 10_000), lon: lonAt(meters), lat, speedKmh: 36, accuracyMeters: 10 }))
  return async () => {
    for (let first = 0; first < positions.length; first += 50) assert.equal((await ask('POST', '/api/units/positions', 'integrator@jx', { positions: positions.slice(first, first + 50) })).status, 200)
    await patrol.settled()
  }
}

test('a visit in fixes that come after newer ones is the visit that it would have been, once, and none is made of a passing', async () => {
  const place = await draw({ tells: silent, visitSeconds: 60 })
  const [heard, unheard, passing] = [await onDuty('到11'), await onDuty('到12'), await onDuty('到13')]
  const track = [...way(-2000, 0), ...standing(0, 60), ...way(0, 2000)]
  await drive(heard, track)
  const [told] = (await visitsAt(place.id)).map(({ arrivedAt, leftAt, fixes }) => [leftAt - arrivedAt, fixes])
  const send = kept(unheard, track)
  const sendPassing = kept(passing, way(-2000, 2000))
  clock.now += 10 * 60_000
  await drive(unheard, standing(2000, 5))
  await drive(passing, standing(2000, 5))
  assert.equal((await visitsAt(place.id)).length, 1)
  await sendPassing()
  for (let again = 0; again < 2; again++) {
    await send()
    const found = (await visitsAt(place.id)).filter(({ unit }) => unit === unheard)
    assert.deepEqual(found.map(({ arrivedAt, leftAt, fixes }) => [leftAt - arrivedAt, fixes]), [told])
  }
  assert.deepEqual((await visitsAt(place.id)).map(({ unit }) => unit).toSorted(), [heard, unheard].toSorted())
})

test('late fixes show since when somebody is there, and how long somebody was there who had left', async () => {
  const place = await draw({ tells: silent, visitSeconds: 60 })
  const [here, left] = [await onDuty('到14'), await onDuty('到15')]
  await drive(here, standing(-2000, 5))
  const came = clock.now
  const sendHere = kept(here, [...way(-2000, 0), ...standing(0, 90)])
  await drive(here, standing(0, 20))
  const [open] = await visitsAt(place.id)
  assert.ok(open.arrivedAt > came + 15 * 60_000 && open.leftAt === null)
  await sendHere()
  const [earlier] = await visitsAt(place.id)
  assert.ok(earlier.arrivedAt > came && earlier.arrivedAt < came + 5 * 60_000 && earlier.leftAt === null, JSON.stringify(earlier))
  await drive(here, way(0, 2000))
  const over = (await visitsAt(place.id)).filter(({ unit }) => unit === here)
  assert.deepEqual([over.length, over[0].arrivedAt, over[0].leftAt !== null, over[0].seconds > 1000], [1, earlier.arrivedAt, true, true])

  await drive(left, [...way(-2000, 0), ...standing(0, 12)])
  const sendLeft = kept(left, [...standing(0, 60), ...way(0, 2000)])
  clock.now += 6 * 60_000
  await drive(left, standing(2000, 8))
  const [short] = (await visitsAt(place.id)).filter(({ unit }) => unit === left)
  await sendLeft()
  const [long, ...others] = (await visitsAt(place.id)).filter(({ unit }) => unit === left)
  assert.deepEqual([others.length, long.arrivedAt], [0, short.arrivedAt])
  assert.ok(long.leftAt >= short.leftAt + 9 * 60_000, JSON.stringify([short, long]))
})

test('the end of a shift ends a visit with its last fix, and what is measured off duty is none', async () => {
  const place = await draw({ tells: silent, visitSeconds: 60 })
  const unit = await onDuty('到2')
  await drive(unit, standing(0, 12))
  const last = clock.now
  clock.now += 30_000
  assert.equal((await ask('POST', `/api/units/${unit}/shift/end`, 'dispatcher@jx', { commandId: commandId() })).status, 200)
  await patrol.settled()
  const [visit] = await visitsAt(place.id)
  assert.equal(visit.leftAt, last)
  clock.now += 60_000
  await ask('POST', '/api/units/positions', 'integrator@jx', { positions: [{ unit, fixAt: clock.now, lon: lonAt(0), lat }] })
  await patrol.settled()
  assert.equal((await visitsAt(place.id)).length, 1)
})

test('a visit goes on over a restart, with two nodes it is one, and a place that is no more to be visited ends it', async () => {
  const place = await draw({ tells: silent, visitSeconds: 60 })
  const unit = await onDuty('到3')
  await drive(unit, [...way(-1000, 0), ...standing(0, 10)])
  const [before] = await visitsAt(place.id)
  const old = patrol
  patrol = await openPatrol(needs()) // the old node lives on, and hears nothing more
  await drive(unit, standing(0, 12))
  const beside = await openPatrol(needs())
  const both = patrol
  patrol = { ...both, placed: (placed) => (both.placed(placed), beside.placed(placed)), settled: async () => (await both.settled(), await beside.settled()) }
  await drive(unit, [...standing(0, 6), ...way(100, 1000)])
  const visits = await visitsAt(place.id)
  assert.equal(visits.length, 1, JSON.stringify(visits))
  assert.ok(visits[0].arrivedAt === before.arrivedAt && visits[0].leftAt !== null && visits[0].fixes > before.fixes + 12, JSON.stringify([before, visits]))
  await drive(unit, [...way(900, 0), ...standing(0, 12)])
  assert.equal((await visitsAt(place.id, desk, '&sort=arrived&direction=desc'))[0].leftAt, null)
  assert.equal((await ask('PATCH', `/api/patrol/fences/${place.id}`, desk, { commandId: commandId(), visitSeconds: null, tells: { ...silent, enter: true } })).status, 200)
  await beside.stop()
  await both.startAnew()
  await both.settled()
  const after = await visitsAt(place.id)
  assert.equal(after.length, 2)
  assert.ok(after.every(({ leftAt }) => leftAt !== null), JSON.stringify(after))
  patrol = both
  await old.stop()
})

test('who may not see a place sees no visit to it; beneath its agency one’s own units’ only; as a table and sorted; gone when its agency keeps no longer', async () => {
  const place = await draw({ tells: silent, visitSeconds: 60 })
  const [ours, others] = [await onDuty('到4'), await onDuty('到5', 'jx.guixi.huayuan')]
  await drive(ours, standing(0, 20))
  await drive(others, standing(0, 9))
  assert.equal((await visitsAt(place.id, elsewhere)).length, 0)
  assert.deepEqual((await visitsAt(place.id, 'station@jx.guixi.xiongshi')).map(({ unit }) => unit), [ours])
  assert.deepEqual((await visitsAt(place.id, desk, '&sort=stayed&direction=asc')).map(({ unit }) => unit), [others, ours])
  assert.deepEqual((await visitsAt(place.id, desk, `&unit=${ours}`)).map(({ unit }) => unit), [ours])
  assert.equal((await visitsAt(place.id, desk, '&sort=anything')), undefined, 'bad input')
  const { body: table } = await ask('GET', `/api/patrol/visits.csv?fence=${place.id}&sort=fixes`, desk)
  const lines = String(table).trim().split('\r\n')
  assert.match(lines[0]!, /place,unit,arrived,left,minutes,fixes/)
  assert.deepEqual([lines.length, lines[1]!.includes(',到4,')], [3, true])
  // what is no longer kept is not read, and then gone
  const kept = new Map([['jx.guixi.huayuan', 1]])
  const dayLater = clock.now + 86_400_000
  await sweepVisits(db, dayLater, kept)
  assert.deepEqual((await visitsAt(place.id)).map(({ unit }) => unit), [ours])
  assert.ok((await ask('GET', `/api/patrol/visits?fence=${place.id}`, 'officer@jx.guixi')).status === 403)
})

test('what units did at fences is read as long as their agencies keep positions, and the rest of the page is filled from before', async () => {
  const [ours, others] = [await onDuty('巡63'), await onDuty('巡64', 'jx.guixi.huayuan')]
  const fence = await draw({ severity: 'alarm' })
  for (let round = 0; round < 3; round++) {
    await drive(ours, way(-2000, 2000))
    await drive(others, way(-2000, 2000))
  }
  const had = await eventsOf(`fence=${fence.id}`)
  assert.equal(had.length, 12)
  await db.query(`insert into units.retention (agency, days) values ('jx.guixi.huayuan', 1)`)
  clock.now += 86_400_000
  const kept = had.filter(({ unit }) => unit === ours).map(({ id }) => id)
  const query = `fence=${fence.id}&from=0`
  assert.deepEqual((await eventsOf(query)).map(({ id }) => id), kept)
  assert.deepEqual((await eventsOf(`${query}&limit=4`)).map(({ id }) => id), kept.slice(0, 4))
  const [view] = await patrol.describe([fence.id])
  assert.deepEqual(view!.alarms.map(({ unit }) => unit), kept.map(() => ours))
  clock.now += 90 * 86_400_000
  assert.deepEqual(await eventsOf(query), [])
})
