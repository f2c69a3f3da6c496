/** The units room over HTTP: schemas, rights, and what a phone is told. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Registry } from 'prom-client'
import type { Actor, Role } from '#kernel/actor.ts'
import { DatabaseUnavailable } from '#platform/db/fault.ts'
import type { Db } from '#platform/db/sql.ts'
import { createHttpServer, type HttpServer } from '#platform/http/server.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { openUnits, type Units } from './jobs.ts'
import { refusals } from './refusals.ts'
import { routes } from './routes.ts'
import { projections } from './store.ts'

const clock = { now: Date.UTC(2026, 10, 22, 8) }
let databaseGone = false
let server: HttpServer
let units: Units
let close: () => Promise<void>

/** Who calls is what the bearer token says in clear: `role@agency` or `officer@agency/member`. */
function authentic(token: string) {
  const [, role, agency, member] = /^(\w+)@([\w.]+)(?:\/(\w+))?$/.exec(token)!
  const actor: Actor = { account: token.replace(/\W/g, '-'), name: token, grants: [{ role: role as Role, agency: agency! }], ...(member ? { member } : {}) }
  return { actor, session: { id: token, csrf: '', mustChangePassword: false } as never }
}

before(async () => {
  const { database, drop } = await testDatabase()
  const db: Db = {
    query: (text, params) => (databaseGone ? Promise.reject(new DatabaseUnavailable('gone')) : database.query(text, params)),
    copy: (text, rows) => (databaseGone ? Promise.reject(new DatabaseUnavailable('gone')) : database.copy(text, rows)),
    transaction: database.transaction,
  }
  const journal = postgresJournal({ db: database, projections, log: silentLog })
  let made = 0
  units = await openUnits({
    journal,
    db,
    now: () => clock.now,
    newId: () => `id-${++made}`,
    randomBytes: (count) => randomBytes(count),
    findAgency: async (path) => ({ id: 'a', path, name: path, nameEn: null, kind: 'station', lon: null, lat: null }),
    memberNames: async (ids) => new Map(ids.map((id) => [id, `巡警${id}`])),
  })
  journal.listen(units.hear)
  await journal.start()
  server = await createHttpServer({
    log: silentLog,
    metrics: { registry: new Registry() },
    sentences: refusals,
    authenticate: async ({ token }) => authentic(Buffer.from(token, 'base64url').toString().trim()),
    staticFolder: '/nowhere',
    version: 'test',
    now: () => clock.now,
    checkReplies: true,
    limits: { strangerPerMinute: 100_000, sessionPerMinute: 100_000 },
  })
  server.mount(routes, units.deps)
  await server.app.ready()
  close = async () => {
    await server.close()
    await units.stop()
    await journal.stop()
    await drop()
  }
})
after(() => close())

type Reply = { status: number; body: Record<string, any> }

async function ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, who?: string, payload?: object | string, headers: Record<string, string> = {}): Promise<Reply> {
  const reply = await server.app.inject({
    method,
    url,
    headers: { ...(who ? { authorization: `Bearer ${Buffer.from(who.padEnd(30)).toString('base64url')}` } : {}), ...headers },
    ...(payload === undefined ? {} : { payload }),
  })
  return { status: reply.statusCode, body: reply.body === '' ? {} : reply.json() }
}

const admin = 'administrator@jx.guixi'
const desk = 'dispatcher@jx.guixi'
const program = 'integrator@jx.guixi'
let commands = 0
const commandId = () => `command-${++commands}-000`

async function makeUnit(callSign: string, ...crew: string[]): Promise<string> {
  const made = await ask('POST', '/api/units', admin, { commandId: commandId(), callSign, kind: 'car', agency: 'jx.guixi.xiongshi', capabilities: ['armed'] })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const started = await ask('POST', `/api/units/${made.body.id}/shift`, desk, { commandId: commandId(), crew })
  assert.equal(started.status, 200, JSON.stringify(started.body))
  return made.body.id
}

test('from nothing to a unit on the map, over HTTP alone', async () => {
  const unit = await makeUnit('巡1', 'm1')
  const taken = await ask('POST', '/api/units/positions', program, { positions: [{ unit, fixAt: clock.now, lon: 117.2, lat: 28.3, speedKmh: 31 }] })
  assert.deepEqual(taken, { status: 200, body: { accepted: 1, duplicates: 0, flagged: 0, discarded: 0, rejected: [] } })
  const { items } = (await ask('GET', '/api/units', desk)).body
  assert.deepEqual(
    items.map(({ id, callSign, kind, state, lon, lat, fixAt, stale }: Record<string, unknown>) => ({ id, callSign, kind, state, lon, lat, fixAt, stale })),
    [{ id: unit, callSign: '巡1', kind: 'car', state: 'free', lon: 117.2, lat: 28.3, fixAt: clock.now, stale: false }],
  )
  assert.equal((await ask('GET', '/api/units?state=off-duty', desk)).body.items.length, 0)
  assert.equal((await ask('GET', '/api/units?state=asleep', desk)).status, 400)
  assert.equal((await ask('GET', `/api/units/${unit}`, desk)).body.id, unit)
  assert.equal((await ask('GET', '/api/units/mine', 'officer@jx.guixi/m1')).body.id, unit)
  assert.deepEqual((await ask('GET', '/api/units/mine', 'officer@jx.guixi/m2')).body.code, 'unit-not-found')
})

const rights: [method: 'GET' | 'POST' | 'DELETE', path: string, who: string, body: object | undefined, status: number][] = [
  ['GET', '/api/units', 'analyst@jx.guixi', undefined, 403],
  ['GET', '/api/units/UNIT', 'dispatcher@jx.yushan', undefined, 404],
  ['GET', '/api/units/UNIT', 'dispatcher@jx', undefined, 200],
  ['GET', '/api/units/never-was', desk, undefined, 404],
  ['POST', '/api/units/positions', desk, { positions: [{ unit: 'x', fixAt: 1, lon: 1, lat: 1 }] }, 403],
  ['POST', '/api/units', desk, { commandId: 'command-x-1', callSign: 'X', kind: 'car', agency: 'jx.guixi' }, 403],
  ['POST', '/api/units', 'administrator@jx.yushan', { commandId: 'command-x-2', callSign: 'X', kind: 'car', agency: 'jx.guixi' }, 404],
  ['POST', '/api/units', admin, { commandId: 'command-x-3', callSign: 'X', kind: 'tank', agency: 'jx.guixi' }, 400],
  ['POST', '/api/units/UNIT/shift/end', 'dispatcher@jx.yushan', { commandId: 'command-x-4' }, 404],
  ['GET', '/api/units/UNIT/track?from=1&to=2&reason=why', desk, undefined, 403],
  ['GET', '/api/units/UNIT/track?from=1&to=2', 'commander@jx.guixi', undefined, 400],
  ['GET', '/api/units/UNIT/track?from=1&to=2&reason=%20%20%20', 'commander@jx.guixi', undefined, 400],
  ['GET', '/api/units/UNIT/track?from=1&to=2&reason=why', 'commander@jx.yushan', undefined, 404],
  ['GET', '/api/units/UNIT/track?from=1&to=2&reason=why', 'auditor@jx.guixi', undefined, 200],
  ['DELETE', '/api/units/UNIT', 'administrator@jx.yushan', undefined, 404],
  ['DELETE', '/api/units/UNIT', admin, undefined, 409],
  ['GET', '/api/units/devices', desk, undefined, 403],
  ['POST', '/api/units/devices', 'administrator@jx.yushan', { commandId: 'command-x-5', unit: 'UNIT', label: 'x' }, 404],
]
for (const [method, path, who, body, status] of rights) {
  test(`${method} ${path} by ${who} → ${status}`, async () => {
    const unit = (await ask('GET', '/api/units', desk)).body.items[0].id
    const filled = body && JSON.parse(JSON.stringify(body).replaceAll('UNIT', unit))
    assert.equal((await ask(method, path.replace('UNIT', unit), who, filled)).status, status)
  })
}

test('refusals are sentences in the caller’s language', async () => {
  const unit = await makeUnit('巡2')
  const again = (language: string) =>
    ask('POST', `/api/units/${unit}/shift`, desk, { commandId: commandId(), crew: [] }, { 'accept-language': language })
  assert.deepEqual(await again('zh-CN'), { status: 409, body: { code: 'unit-on-duty', because: '“巡2”正在执勤。' } })
  assert.deepEqual((await again('en')).body.because, 'Unit 巡2 is on duty.')
})

test('a unit is changed and, off duty, retired; its devices are retired with it', async () => {
  const unit = await makeUnit('巡3')
  const paired = await ask('POST', '/api/units/devices', admin, { commandId: commandId(), unit, label: '手机' })
  const changed = await ask('PATCH', `/api/units/${unit}`, admin, { commandId: commandId(), kind: 'foot' })
  assert.deepEqual([changed.body.kind, changed.body.callSign, changed.body.capabilities], ['foot', '巡3', ['armed']])
  await ask('POST', `/api/units/${unit}/shift/end`, desk, { commandId: commandId() })
  assert.equal((await ask('DELETE', `/api/units/${unit}`, admin)).status, 204)
  assert.equal((await ask('GET', `/api/units/${unit}`, admin)).status, 404)
  assert.equal((await ask('GET', `${paired.body.path}&lat=28.3&lon=117.2`)).status, 404)
})

test('a paired phone reports as OsmAnd and Traccar Client do', async () => {
  const unit = await makeUnit('巡4')
  const paired = await ask('POST', '/api/units/devices', admin, { commandId: commandId(), unit, label: '手机' })
  assert.equal(paired.status, 201)
  const { key, path, id } = paired.body
  const seconds = clock.now / 1000
  const place = () => {
    const { lon, lat, speedKmh } = units.describeUnits([unit])[0]!
    return [lon, lat, speedKmh]
  }
  assert.equal((await ask('GET', `${path}&lat=28.31&lon=117.21&timestamp=${seconds}&speed=10&cell=460,0,1,2&cell=460,0,1,3&wifi=00-00-5E-00-53-01,-80`)).body.accepted, 1)
  assert.deepEqual(place(), [117.21, 28.31, 18.5])
  clock.now += 5000
  assert.equal((await ask('POST', `${path}&lat=28.311&lon=117.21&timestamp=${seconds + 5}`)).body.accepted, 1)
  clock.now += 5000
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  assert.equal((await ask('POST', '/api/units/osmand', undefined, `id=${key}&lat=28.312&lon=117.21&timestamp=${seconds + 10}`, form)).body.accepted, 1)
  clock.now += 5000
  const coords = { latitude: 28.313, longitude: 117.21, speed: 10, heading: -1, accuracy: 5 }
  const json = { device_id: key, location: { timestamp: new Date(clock.now).toISOString(), coords } }
  assert.equal((await ask('POST', '/api/units/osmand', undefined, json)).body.accepted, 1)
  assert.deepEqual(place(), [117.21, 28.313, 36])

  const told = async (query: string) => {
    const { status, body } = await ask('GET', `${path}${query}`)
    return [status, body.code ?? body.rejected[0]?.code]
  }
  assert.deepEqual(await told(`&lat=28.3&lon=117.2&timestamp=${seconds - 100 * 3600}`), [200, 'fix-too-old'], 'a phone must not try this for ever')
  assert.deepEqual(await told(`&lat=28.3&lon=117.2&valid=false`), [200, 'place-invalid'])
  assert.deepEqual(await told(`&cell=460,0,1,2`), [200, undefined])
  assert.deepEqual(await told(`&lat=north&lon=117.2`), [200, 'malformed'], 'nor this')
  assert.equal((await ask('GET', '/api/units/osmand?lat=1&lon=1')).body.details[0].path, 'id')
  assert.deepEqual((await ask('POST', '/api/units/osmand', undefined, { ...json, device_id: 'guess' })).body.code, 'device-not-found')
  assert.deepEqual((await ask('POST', '/api/units/osmand', undefined, 'x'.repeat(600_000), form)).status, 413)

  const { items } = (await ask('GET', '/api/units/devices', admin)).body
  const listed = items.find((device: { id: string }) => device.id === id)
  assert.deepEqual([listed.callSign, listed.label, listed.lastSeenAt, listed.key], ['巡4', '手机', clock.now, undefined])
  const renewed = await ask('POST', `/api/units/devices/${id}/key`, admin)
  assert.equal((await ask('GET', `${path}&lat=28.3&lon=117.2`)).status, 404)
  assert.equal((await ask('GET', `${renewed.body.path}&lat=28.313&lon=117.21`)).status, 200)
  assert.equal((await ask('DELETE', `/api/units/devices/${id}`, admin)).status, 204)
  assert.equal((await ask('GET', `${renewed.body.path}&lat=28.313&lon=117.21`)).status, 404)
})

test('the registry comes by pages, searched, sorted and filtered, of the caller’s part of the tree', async () => {
  const unit = await makeUnit('巡页1')
  const made: string[] = []
  for (const [label, terminal] of [['页10', '7710'], ['页2', '7702'], ['页1', '77AB']] as const) {
    made.push((await ask('POST', '/api/units/devices', admin, { commandId: commandId(), unit, label, protocol: 'gt06', terminal })).body.id)
  }
  const phone = (await ask('POST', '/api/units/devices', admin, { commandId: commandId(), unit, label: '页手机' })).body
  assert.equal((await ask('GET', `${phone.path}&lat=28.3&lon=117.2&timestamp=${clock.now / 1000}`)).body.accepted, 1)
  clock.now += 6_000
  const page = async (query: Record<string, string | number>, who = admin) => {
    const { status, body } = await ask('GET', `/api/units/devices?${new URLSearchParams({ q: '页', ...query } as Record<string, string>)}`, who)
    return status === 200 ? [body.total, ...body.items.map(({ label }: { label: string }) => label)] : [status, body.code, body.details[0].path]
  }
  assert.deepEqual(await page({}), [4, '页10', '页2', '页1', '页手机'], 'as registered')
  assert.deepEqual(await page({ sort: 'label', limit: 2 }), [4, '页1', '页2'])
  assert.deepEqual(await page({ sort: 'label', limit: 2, offset: 2 }), [4, '页10', '页手机'])
  assert.deepEqual(await page({ limit: 2, offset: 4 }), [4], 'beyond the end there is nothing')
  assert.deepEqual(await page({ q: '77ab', limit: 9 }), [1, '页1'], 'a terminal by its number, whatever the case')
  assert.deepEqual(await page({ q: ' 巡页1 ', protocol: 'phone' }), [1, '页手机'], 'a unit by its call sign')
  assert.deepEqual(await page({ state: 'online' }), [1, '页手机'])
  assert.deepEqual(await page({ state: 'never', sort: 'label', order: 'descending', limit: 1 }), [3, '页10'])
  assert.deepEqual(await page({ sort: 'accepted', order: 'descending', limit: 2 }), [4, '页手机', '页10'])
  clock.now += 5 * 60_000
  assert.deepEqual(await page({ state: 'silent' }), [1, '页手机'])
  const ids = [made[2]!, 'never-was', phone.id].join()
  assert.deepEqual(await page({ ids }), [2, '页1', '页手机'])

  assert.deepEqual(await page({}, 'administrator@jx.yushan'), [0])
  assert.deepEqual(await page({ ids, sort: 'seen' }, 'administrator@jx.yushan'), [0])
  assert.deepEqual(await page({ unit }, 'administrator@jx.yushan'), [0])
  const counts = async (who: string) => (await ask('GET', '/api/units/devices/counts', who)).body.counts?.[unit]
  assert.deepEqual([await counts(admin), await counts('administrator@jx.yushan'), await counts(desk)], [4, undefined, undefined])

  for (const [name, value] of Object.entries({ limit: 201, offset: -1, sort: 'secret', order: 'up', state: 'asleep', protocol: 'smoke', ids: 'a b' })) {
    assert.deepEqual(await page({ [name]: value }), [400, 'malformed', `query/${name}`])
  }
})

test('OwnTracks that has nothing to say, and asks whether we have, is told that there is nothing', async () => {
  const unit = await makeUnit('巡41')
  const { key } = (await ask('POST', '/api/units/devices', admin, { commandId: commandId(), unit, label: '手机' })).body
  const basic = (secret: string) => ({ authorization: `Basic ${Buffer.from(`u:${secret}`).toString('base64')}` })
  assert.deepEqual(await ask('POST', '/api/units/owntracks', undefined, '', basic(key)), { status: 200, body: [] })
  assert.deepEqual(await ask('POST', '/api/units/owntracks?u=u&d=d', undefined, ' \n', basic(key)), { status: 200, body: [] })
  assert.deepEqual(await ask('POST', `/api/units/owntracks?id=${key}`, undefined, ''), { status: 200, body: [] })
  assert.equal((await ask('POST', '/api/units/owntracks', undefined, '', basic('guess'))).status, 404)
  assert.equal((await ask('POST', `/api/units/osmand?id=${key}&lat=28.3&lon=117.2`, undefined, '', basic(key))).body.accepted, 1)
})

test('an officer’s own phone reports for the unit as long as the officer sits in it, and is one at a time', async () => {
  const unit = await makeUnit('巡44', 'm8')
  const [officer, other] = ['officer@jx.guixi/m8', 'officer@jx.guixi/m9']
  const own = '/api/units/mine/phone'
  assert.equal((await ask('GET', own, officer)).body.code, 'device-not-found')
  assert.equal((await ask('POST', own, other, { commandId: commandId() })).body.code, 'unit-not-found', 'off duty nobody pairs')
  assert.equal((await ask('POST', own, desk, { commandId: commandId() })).status, 403)
  const place = (key: string) => ask('GET', `/api/units/osmand?id=${key}&lat=28.3&lon=117.2&timestamp=${Math.round((clock.now += 1000) / 1000)}`)

  const first = await ask('POST', own, officer, { commandId: commandId() })
  assert.equal(first.status, 201, JSON.stringify(first.body))
  assert.deepEqual((await place(first.body.key)).body.accepted, 1)
  const second = await ask('POST', own, officer, { commandId: commandId() })
  assert.equal((await place(first.body.key)).status, 404, 'a second phone takes the place of the first')
  assert.equal((await place(second.body.key)).body.accepted, 1)
  assert.equal((await ask('GET', '/api/units/devices', admin)).body.items.filter((device: { unit: string }) => device.unit === unit).length, 1, 'the administrator sees it')

  assert.equal((await ask('DELETE', own, officer)).status, 204)
  assert.equal((await place(second.body.key)).status, 404)
  const third = await ask('POST', own, officer, { commandId: commandId() })
  assert.equal((await ask('POST', `/api/units/${unit}/shift/end`, officer, { commandId: commandId() })).status, 200)
  assert.equal((await place(third.body.key)).status, 404, 'the shift took it along')
  assert.equal((await ask('POST', `/api/units/${unit}/shift`, desk, { commandId: commandId(), crew: ['m9'] })).status, 200)
  assert.equal((await place(third.body.key)).status, 404, 'and whoever drives next is not followed by it')
})

test('who shows many keys that open nothing is told to wait; a right key is heard all the same', async () => {
  const unit = await makeUnit('巡5')
  const { path } = (await ask('POST', '/api/units/devices', admin, { commandId: commandId(), unit, label: '手机' })).body
  const statuses: number[] = []
  for (let n = 0; n < 70; n++) statuses.push((await ask('GET', `/api/units/osmand?id=guess${n}&lat=1&lon=1`)).status)
  assert.equal(statuses.at(-1), 429)
  assert.equal((await ask('GET', `${path}&lat=28.3&lon=117.2`)).body.accepted, 1)
})

test('while the database is gone positions are answered 503, never 2xx, and are taken when sent again', async () => {
  const unit = await makeUnit('巡6')
  const positions = { positions: [{ unit, fixAt: clock.now, lon: 117.2, lat: 28.3 }] }
  databaseGone = true
  try {
    const { status, body } = await ask('POST', '/api/units/positions', program, positions)
    assert.deepEqual([status, body.code], [503, 'database-unavailable'])
    assert.equal(units.describeUnits([unit])[0]!.lon, null, 'what is not durable is not shown')
  } finally {
    databaseGone = false
  }
  assert.equal((await ask('POST', '/api/units/positions', program, positions)).body.accepted, 1)
})

test('bad batches are refused whole, with the path of what is wrong', async () => {
  const send = async (body: object) => {
    const reply = await ask('POST', '/api/units/positions', program, body)
    return [reply.status, reply.body.details?.[0]?.path]
  }
  assert.deepEqual(await send({ positions: [] }), [400, 'body/positions'])
  assert.deepEqual(await send({ positions: [{ fixAt: 'now', lon: 1, lat: 1 }] }), [400, 'body/positions/0/fixAt'])
  assert.deepEqual(await send({ positions: [{ fixAt: 1, lon: 1, lat: 1, imei: '1' }] }), [400, 'body/positions/0/imei'])
})
