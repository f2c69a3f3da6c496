/** Terminals on real sockets, with a real database behind them. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { seeded } from '#core/random.ts'
import { encodeMessage } from '#gateways/jt808/downlink.ts'
import { Writer } from '#gateways/jt808/bytes.ts'
import type { Actor, Role } from '#kernel/actor.ts'
import { isRefused } from '#kernel/decision.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { answerBody, jt808Terminal, locationBody, registrationBody } from '#test/jt808-terminal.ts'
import { goOnDuty } from './change-shift.ts'
import { createUnit } from './change-unit.ts'
import { commandTerminal } from './command-terminal.ts'
import type { DeviceSettings, StandingAlarmView } from './contract.ts'
import type { EmergencyCall } from './deps.ts'
import { devicesRoutes } from './devices-routes.ts'
import { openUnits, type Units } from './jobs.ts'
import { adoptStranger, changeDevice, pairDevice, removeDevice } from './pair-device.ts'
import { isShown } from './standing-alarms.ts'
import { projections } from './store.ts'

const T0 = Date.UTC(2026, 10, 22, 8)
const actor = (role: Role): Actor => ({ account: role, name: role, grants: [{ role, agency: 'jx.guixi' }] })
const admin = actor('administrator')
const desk = actor('dispatcher')

let database: Awaited<ReturnType<typeof testDatabase>>
let units: Units
let journal: ReturnType<typeof postgresJournal>
let ports: Awaited<ReturnType<Units['listen']>>
const clock = { now: T0 }
const calls: EmergencyCall[] = []
/** Units whose call for help is open: pressed again it is the same incident. */
const openCall = new Map<string, string>()
const pictures: { unit: string; bytes: number }[] = []
const spoken: string[] = []
const acknowledged: { commandId: string; assignment: string }[] = []
/** Orders that are no more, and what their crews are told. */
const over = new Map<string, string>()
type Fence = NonNullable<ReturnType<NonNullable<Parameters<typeof openUnits>[0]['fencesFor']>>>[number]
const circle: Fence = { id: 'f1', name: '甲', geometry: { type: 'Point', coordinates: [117.2, 28.3], radiusMeters: 200 }, tells: { enter: true, leave: true, staySeconds: null, speedLimitKmh: null, overSeconds: 0 }, hours: null }
const triangle: Fence = { id: 'f2', name: '乙', geometry: { type: 'Polygon', coordinates: [[[117.2, 28.3], [117.21, 28.3], [117.21, 28.31], [117.2, 28.3]]] }, tells: { enter: true, leave: false, staySeconds: null, speedLimitKmh: 40, overSeconds: 10 }, hours: null }
const route: Fence = { id: 'f3', name: '丙', geometry: { type: 'LineString', coordinates: [[117.2, 28.3], [117.21, 28.3], [117.21, 28.31]], widthMeters: 60 }, tells: { enter: false, leave: true, staySeconds: null, speedLimitKmh: 60, overSeconds: 10 }, hours: null }
let fences: readonly Fence[] = [circle, triangle, route]
let isDown = false
let made = 0
const command = () => `command-${String(++made).padStart(6, '0')}`

before(async () => {
  database = await testDatabase()
  journal = postgresJournal({ db: database.database, projections, log: silentLog })
  const { database: db } = database
  units = await openUnits({
    journal,
    // A database that is gone answers nothing; the test says when.
    db: { query: (...words: Parameters<typeof db.query>) => (isDown ? Promise.reject(new Error('the database is gone')) : db.query(...words)), copy: (...words: Parameters<typeof db.copy>) => (isDown ? Promise.reject(new Error('the database is gone')) : db.copy(...words)), transaction: (...words: Parameters<typeof db.transaction>) => (isDown ? Promise.reject(new Error('the database is gone')) : db.transaction(...words)) } as typeof db,
    now: () => clock.now,
    newId: () => `id-${++made}`,
    randomBytes,
    findAgency: async (path) => ({ id: 'a', path, name: path, nameEn: null, kind: 'station', lon: null, lat: null }),
    memberNames: async () => new Map(),
    async onEmergency(call) {
      calls.push(call)
      return openCall.get(call.unit) ?? `incident-of-${call.commandId}`
    },
    async onPicture({ unit, bytes }) {
      pictures.push({ unit, bytes: bytes.length })
      return true
    },
    fencesFor: () => fences,
    orderInWords: async (incident) => `指令：${incident}`,
    async onOrderSpoken({ assignment }) {
      spoken.push(assignment)
    },
    async onOrderAcknowledged({ commandId, assignment }) {
      acknowledged.push({ commandId, assignment })
      return over.get(assignment)
    },
    onFault: (what, cause) => {
      if (!isDown) throw new Error(`${what}: ${String(cause)}`, { cause })
    },
  })
  journal.listen(units.hear)
  await journal.start()
  ports = await units.listen('127.0.0.1', { jt808: 0, gt06: 0, h02: 0, osmand: 0 })
})
after(async () => {
  await units.stop()
  await journal.stop()
  await database.drop()
})

function ok<T extends object>(outcome: T): Exclude<T, { refused: string }> {
  assert.ok(!isRefused(outcome), `refused: ${JSON.stringify(outcome)}`)
  return outcome as Exclude<T, { refused: string }>
}

let unitNumber = 0
async function unitOnDuty(): Promise<string> {
  const { answer } = ok(await createUnit(units.deps, admin, { commandId: command(), callSign: `巡${++unitNumber}`, kind: 'car', agency: 'jx.guixi' }))
  // On duty for some time: what was measured before the shift is not kept.
  const now = clock.now
  clock.now -= 600_000
  ok(await goOnDuty(units.deps, desk, answer.unit, { commandId: command(), crew: [] }))
  clock.now = now
  return answer.unit
}
async function car(terminal: string, settings: Partial<DeviceSettings> = {}, protocol: 'jt808' | 'gt06' | 'h02' = 'jt808') {
  const unit = await unitOnDuty()
  const { device } = ok(await pairDevice(units.deps, admin, { commandId: command(), unit, label: '车载终端', protocol, terminal, settings: { keepsFences: false, ...settings } }))
  return { unit, device, view: () => units.describeUnits([unit])[0]!, status: () => units.deps.devices.status(device.number) }
}
async function until(what: string, isTrue: () => boolean | Promise<boolean>) {
  for (let n = 0; n < 200; n++) {
    if (await isTrue()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail(`never: ${what}`)
}
const hello = async (phone: string, version: '2013' | '2019' = '2013') => {
  const terminal = await jt808(phone, version)
  assert.equal(await terminal.answerTo(terminal.say(0x0002, new Uint8Array())), 0)
  return terminal
}
/** A route, as the server calls it once it has checked who asks and what. */
async function call(by: Actor, method: string, path: string, request: object) {
  const route = devicesRoutes.find((one) => one.method === method && one.path === path)!
  return (await route.handle(units.deps, { actor: by, language: 'zh', params: {}, querystring: {}, ...request } as never)) as { status: number; refused?: string; body: { items: never[] } }
}
const jt808 = (phone: string, version: '2013' | '2019' = '2013') => jt808Terminal(ports.jt808!, phone, version)
const place = (more: object = {}) => locationBody({ lon: 117.21, lat: 28.29, at: clock.now, speedKmh: 36, courseDeg: 90, ...more })
const rows = async (device: number) => (await database.database.query<{ n: number }>('select count(*)::int as n from units.position where device = $1', [device]))[0]!.n

for (const version of ['2013', '2019'] as const) {
  test(`a terminal of ${version} registers, shows its token, and moves on the map`, async () => {
    const { view, device } = await car(`1391234${version}`)
    const terminal = await jt808(`01391234${version}`, version)
    const registered = terminal.say(0x0100, registrationBody(version, '赣E·12345'))
    const { id, body } = await terminal.told()
    assert.deepEqual([id, (body[0]! << 8) | body[1]!, body[2]], [0x8100, registered, 0])
    const token = Buffer.from(body.subarray(3)).toString('latin1')
    assert.match(token, /^[0-9a-f]{16}$/)
    const shown = version === '2019' ? new Writer().u8(token.length).gbk(token).raw(new Uint8Array(35)).done() : Buffer.from(token)
    assert.equal(await terminal.answerTo(terminal.say(0x0102, shown)), 0)
    assert.equal(await terminal.answerTo(terminal.say(0x0002, new Uint8Array())), 0)
    assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
    // Answered is durable, and what is durable is shown.
    assert.equal(await rows(device.number), 1)
    assert.deepEqual([view().lon, view().lat, view().speedKmh, view().courseDeg, view().fixAt], [117.21, 28.29, 36, 90, clock.now])
    terminal.close()
  })
}

test('nothing of the plate that a terminal says is kept, and a terminal in another vehicle is refused', async () => {
  await car('777', { vehiclePlate: '赣E 12345' })
  const terminal = await jt808('777')
  terminal.say(0x0100, registrationBody('2013', '赣E·54321'))
  assert.equal((await terminal.told()).body[2], 2)
  terminal.say(0x0100, registrationBody('2013', '赣E·12345'))
  assert.equal((await terminal.told()).body[2], 0)
  terminal.close()
  const texts = await database.database.query<{ text: string | null }>(
    `select string_agg(data::text, ' ') as text from journal.entry union all select string_agg(to_jsonb(d)::text, ' ') from units.device d`,
  )
  assert.ok(texts.every(({ text }) => !text?.includes('54321')))
  assert.ok(units.deps.devices.status(units.deps.devices.byTerminal('jt808', '777')!.number).raw!.list().every(({ shown }) => !Buffer.from(shown.bytes).toString('hex').includes(Buffer.from('54321').toString('hex'))))
})

test('a stranger is refused and listed, and moves after one click', async () => {
  const unit = await unitOnDuty()
  const terminal = await jt808('013800138000')
  terminal.say(0x0100, registrationBody('2013', ''))
  assert.deepEqual([...(await terminal.told()).body.subarray(2)], [4])
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 1)
  const [stranger] = units.deps.strangers.list()
  assert.deepEqual([stranger!.protocol, stranger!.secretOrNumber, stranger!.times, stranger!.type], ['jt808', '13800138000', 2, 'location'])
  const { device } = ok(await adoptStranger(units.deps, admin, stranger!.id, { commandId: command(), unit, label: '车载' }))
  assert.equal(device.terminal, '13800138000')
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  assert.equal(units.describeUnits([unit])[0]!.lon, 117.21)
  assert.equal(units.deps.strangers.list().length, 0)
  ok(await removeDevice(units.deps, admin, device.id, command()))
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ at: clock.now + 1000 }))), 1)
  terminal.close()
})

test('who must show our token is not heard without it', async () => {
  const { device, status } = await car('4242', { requiresToken: true })
  const terminal = await jt808('4242')
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 1)
  assert.equal(await terminal.answerTo(terminal.say(0x0102, Buffer.from('of another platform'))), 1)
  assert.equal(status().tokenRefused, 1)
  terminal.say(0x0100, registrationBody('2013', ''))
  const token = (await terminal.told()).body.subarray(3)
  assert.equal(await terminal.answerTo(terminal.say(0x0102, token)), 0)
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  // Another connection begins anew.
  const other = await jt808('4242')
  assert.equal(await other.answerTo(other.say(0x0200, place({ at: clock.now + 1000 }))), 1)
  assert.equal(await rows(device.number), 1)
  terminal.close()
  other.close()
})

test('a recorded stream in whatever segments gives every place once, and a back-fill is taken', async () => {
  const { device } = await car('1000')
  const { device: lateDevice } = await car('1001')
  const random = seeded(7)
  const header = { phone: '1000', version: '2013' } as const
  const stream = Buffer.concat([
    ...encodeMessage(header, 0x0100, registrationBody('2013', ''), 1),
    ...encodeMessage(header, 0x0102, Buffer.from('abc'), 2),
    ...encodeMessage(header, 0x0002, new Uint8Array(), 3),
    ...Array.from({ length: 50 }, (_, n) => encodeMessage(header, 0x0200, place({ at: clock.now - 60_000 + n * 1000, lat: 28.29 + n * 1e-5 }), 4 + n)[0]!),
  ])
  const socket = connect(ports.jt808!, '127.0.0.1')
  await once(socket, 'connect')
  for (let at = 0; at < stream.length; ) {
    const length = 1 + Math.floor(random() * 90)
    socket.write(stream.subarray(at, (at += length)))
    if (random() < 0.2) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await until('all 50 places', async () => (await rows(device.number)) === 50)
  socket.destroy()

  // Kept without signal, 40 at once: in parts, since one frame holds 1,023 bytes.
  const late = await jt808('1001')
  const batch = new Writer().u16(40).u8(1)
  for (let n = 0; n < 40; n++) batch.u16(28).raw(place({ at: clock.now - 400_000 + n * 1000 }))
  const first = late.say(0x0704, batch.done())
  assert.equal(await late.answerTo(first), 0)
  assert.equal(await rows(lateDevice.number), 40)
  late.close()
})

test('a place is not acknowledged while it cannot be kept, and is when the terminal tries again', async () => {
  const { device } = await car('5150')
  const terminal = await jt808('5150')
  assert.equal(await terminal.answerTo(terminal.say(0x0002, new Uint8Array())), 0)
  isDown = true
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 1)
  isDown = false
  assert.equal(await rows(device.number), 0)
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0, 'the same again is answered well')
  assert.equal(await rows(device.number), 1)
  terminal.close()
})

test('off duty a place is answered well and kept nowhere', async () => {
  const { answer } = ok(await createUnit(units.deps, admin, { commandId: command(), callSign: '闲', kind: 'car', agency: 'jx.guixi' }))
  const { device } = ok(await pairDevice(units.deps, admin, { commandId: command(), unit: answer.unit, label: 'x', protocol: 'jt808', terminal: '6006' }))
  const terminal = await jt808('6006')
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  assert.equal(await rows(device.number), 0)
  assert.deepEqual(units.deps.devices.status(device.number).stopped['on-duty'], 1)
  terminal.close()
})

test('the emergency button is one call for help, however often the terminal says it', async () => {
  const { unit, device } = await car('110')
  const terminal = await jt808('110')
  const before = calls.length
  const [a, b] = [terminal.say(0x0200, place({ alarm: 1 })), terminal.say(0x0200, place({ alarm: 1, at: clock.now + 1000 }))]
  assert.deepEqual([await terminal.answerTo(a), await terminal.answerTo(b)], [4, 4])
  assert.equal(calls.length, before + 1)
  assert.deepEqual([calls.at(-1)!.unit, calls.at(-1)!.place], [unit, { lon: 117.21, lat: 28.29 }])
  const incident = `incident-of-${calls.at(-1)!.commandId}`

  // Somebody is sent: the terminal is told that its call was heard.
  await journal.act({ id: command(), actor: desk, at: clock.now }, async (tx) => {
    tx.append(`incident/${incident}`, 'jx.guixi', [{ type: 'incident-closed', at: clock.now, outcome: 'x', note: '', mergedInto: null } as never])
    return { answer: null }
  })
  const confirmed = await terminal.told()
  assert.deepEqual([confirmed.id, Buffer.from(confirmed.body).toString('hex')], [0x8203, '000000000001'])

  // The terminal clears it, and the next press is another call.
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ at: clock.now + 2000 }))), 0)
  const [open] = await database.database.query<{ ended: boolean }>('select ended_at is not null as ended from units.alarm where device = $1', [device.number])
  assert.equal(open!.ended, true)
  clock.now += 5000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ alarm: 1 }))), 4)
  assert.equal(calls.length, before + 2)
  terminal.close()
})

test('two terminals in one car that call are one incident, and both are told that it was heard', async () => {
  const { unit } = await car('112')
  ok(await pairDevice(units.deps, admin, { commandId: command(), unit, label: '另一台', protocol: 'jt808', terminal: '113', settings: { keepsFences: false } }))
  openCall.set(unit, 'one-call')
  const terminals = [await hello('112'), await hello('113')]
  for (const terminal of terminals) assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ alarm: 1 }))), 4)
  await journal.act({ id: command(), actor: desk, at: clock.now }, async (tx) => {
    tx.append('incident/one-call', 'jx.guixi', [{ type: 'incident-closed', at: clock.now, outcome: 'x', note: '', mergedInto: null } as never])
    return { answer: null }
  })
  for (const terminal of terminals) {
    assert.equal((await terminal.told(5000)).id, 0x8203)
    terminal.close()
  }
})

test('an alarm that lasts stands in the watch room until somebody takes note of it, and the terminal is told where it waits for that', async () => {
  const { unit, device } = await car('820')
  const terminal = await hello('820')
  const [moved, cut] = [2 ** 28, 2 ** 8]
  const standing = async (by: Actor = desk) => (await call(by, 'GET', '/api/units/alarms/standing', {})).body.items.filter((one: StandingAlarmView) => one.unit === unit && isShown(one, clock.now)).map((one: { name: string; times: number }) => [one.name, one.times])
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ alarm: cut }))), 0)
  clock.now += 1000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  assert.deepEqual(await standing(), [], 'a blink')
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ alarm: cut + moved, at: clock.now + 1 }))), 0)
  clock.now += 31_000
  assert.deepEqual((await standing()).toSorted(), [['illegal-movement', 1], ['power-cut', 2]])
  assert.deepEqual(await standing({ ...desk, grants: [{ role: 'dispatcher', agency: 'jx.other' }] }), [], 'of another part of the tree')

  const see = (name: string, by: Actor = desk) => call(by, 'POST', '/api/units/devices/:id/alarms/seen', { params: { id: device.id }, body: { commandId: command(), name, since: clock.now - 60_000 } })
  assert.equal((await see('power-cut', { ...desk, grants: [{ role: 'dispatcher', agency: 'jx.other' }] })).refused, 'device-not-found')
  assert.equal((await see('power-cut')).status, 200)
  assert.equal((await see('illegal-movement')).status, 200)
  const confirmed = await terminal.told(5000)
  assert.deepEqual([confirmed.id, Buffer.from(confirmed.body).toString('hex')], [0x8203, '000010000000'], 'of these two only the movement waits for a person')
  assert.deepEqual(await standing(), [])
  // It flaps on, and nobody is told of it again.
  for (const alarm of [0, cut, 0, cut]) {
    clock.now += 20_000
    assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ alarm }))), 0)
  }
  clock.now += 60_000
  assert.deepEqual(await standing(), [])
  // Quiet for a while, then it comes again.
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  clock.now += 11 * 60_000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ alarm: cut }))), 0)
  clock.now += 31_000
  assert.deepEqual(await standing(), [['power-cut', 1]])
  const [seen] = await database.database.query<{ by: string }>(`select seen_by as by from units.alarm where device = $1 and name = 'illegal-movement'`, [device.number])
  assert.equal(seen!.by, 'dispatcher')
  terminal.close()
})

test('an order is read out in the car, asked again until it is answered, and its answer counts once', async () => {
  const { unit } = await car('8300')
  await journal.act({ id: command(), actor: desk, at: clock.now }, async (tx) => {
    await units.unitFacts(tx, unit)
    tx.append('incident/i-8300', 'jx.guixi', [{ type: 'unit-assigned', at: clock.now, assignment: 'a-8300', unit, callSign: '', arriveSeconds: 300 } as never])
    return { answer: null }
  })
  // The car comes into reach after the order.
  const terminal = await jt808('8300')
  assert.equal(await terminal.answerTo(terminal.say(0x0002, new Uint8Array())), 0)
  const first = await terminal.told()
  assert.equal(first.id, 0x8300)
  assert.equal(first.body[0]! & 0b1101, 0b1101, 'urgent, displayed, spoken')
  assert.equal(new TextDecoder('gbk').decode(first.body.subarray(1)), '指令：i-8300')
  clock.now += 11_000
  const second = await terminal.told(5000)
  assert.equal(second.id, 0x8300)
  assert.notEqual(second.serial, first.serial)
  terminal.say(0x0001, answerBody(second.serial, 0x8300))
  await until('the order is spoken', () => spoken.includes('a-8300'))
  terminal.say(0x0001, answerBody(second.serial, 0x8300))
  clock.now += 60_000
  await assert.rejects(terminal.told(1500), /no word/)
  assert.equal(spoken.filter((one) => one === 'a-8300').length, 1)
  terminal.close()
})

test('a command to a terminal is written down with who gave it, and expires', async () => {
  const { device } = await car('8202')
  ok(await commandTerminal(units.deps, admin, device.id, { commandId: command(), command: { type: 'track', everySeconds: 5, forSeconds: 600 } }))
  const terminal = await jt808('8202')
  assert.equal(await terminal.answerTo(terminal.say(0x0002, new Uint8Array())), 0)
  const told = await terminal.told()
  assert.deepEqual([told.id, Buffer.from(told.body).toString('hex')], [0x8202, '000500000258'])
  terminal.say(0x0001, answerBody(told.serial, 0x8202))
  const state = async () => (await database.database.query<{ state: string }>('select state from units.downlink where device = $1 order by made_at desc limit 1', [device.number]))[0]!.state
  await until('answered', async () => (await state()) === 'done')
  terminal.close()
  clock.now += 1
  ok(await commandTerminal(units.deps, admin, device.id, { commandId: command(), command: { type: 'locate' } }))
  clock.now += 3_600_001
  const again = await jt808('8202')
  assert.equal(await again.answerTo(again.say(0x0002, new Uint8Array())), 0)
  await until('too late', async () => (await state()) === 'expired')
  again.close()
  assert.equal(isRefused(await commandTerminal(units.deps, desk, 'nobody', { commandId: command(), command: { type: 'locate' } })), true)
})

// ——— fences ———

const heldBy = async (device: number) => (await database.database.query<{ told: string; held: string | null; count: number | null; since: number | null; failed: string | null }>('select told, held, held_count as count, held_at as since, failed from units.terminal_fences where device = $1', [device]))[0]
/** Answer what a terminal is told of fences, until so many messages have come; which they were. */
async function keep(terminal: Awaited<ReturnType<typeof jt808>>, count: number, result: (id: number) => number = () => 0) {
  const ids: number[] = []
  while (ids.length < count) {
    const { id, serial } = await terminal.told(5000)
    ids.push(id)
    terminal.say(0x0001, answerBody(serial, id, result(id)))
  }
  return ids
}

test('fences go to a terminal when it comes, one message after another is answered, and once', async () => {
  const { device } = await car('8604', { keepsFences: true })
  const terminal = await hello('8604')
  const first = await terminal.told(5000)
  await assert.rejects(terminal.told(1500), /no word/, 'the next waits for the answer to this one')
  terminal.say(0x0001, answerBody(first.serial, first.id))
  assert.deepEqual([first.id, ...(await keep(terminal, 6))], [0x8601, 0x8603, 0x8605, 0x8607, 0x8600, 0x8604, 0x8606])
  await until('the set is held', async () => (await heldBy(device.number))?.held !== null)
  const held = await heldBy(device.number)
  assert.deepEqual([held!.count, held!.since, held!.told], [3, clock.now, held!.held])
  terminal.close()
  const again = await hello('8604')
  await assert.rejects(again.told(2500), /no word/, 'what it holds it is not told again')
  again.close()
})

test('a fence that changes, comes or goes is told to whoever is connected; none at all wipes it', async () => {
  const { device } = await car('8600', { keepsFences: true })
  const terminal = await hello('8600')
  await keep(terminal, 7)
  await until('held', async () => (await heldBy(device.number))?.held !== null)
  const before = (await heldBy(device.number))!.held

  units.fencesChanged()
  await assert.rejects(terminal.told(2500), /no word/, 'another agency’s fences changed')
  fences = [{ ...circle, geometry: { type: 'Point', coordinates: [117.2, 28.3], radiusMeters: 300 } }]
  try {
    units.fencesChanged()
    assert.deepEqual(await keep(terminal, 5), [0x8601, 0x8603, 0x8605, 0x8607, 0x8600])
    await until('the other set is held', async () => (await heldBy(device.number))!.held !== before)
    fences = []
    units.fencesChanged()
    assert.deepEqual(await keep(terminal, 4), [0x8601, 0x8603, 0x8605, 0x8607])
    await until('nothing is held', async () => (await heldBy(device.number))!.held === 'none')
    assert.equal((await heldBy(device.number))!.count, 0)
  } finally {
    fences = [circle, triangle, route]
  }
  terminal.close()
})

test('when the hours of a fence are over the terminal gets the next ones', async () => {
  const { device } = await car('8602', { keepsFences: true })
  const [from, until24] = ['00:00', '23:59']
  fences = [{ ...circle, hours: { days: [1, 2, 3, 4, 5, 6, 7], from, until: until24 } }]
  const now = clock.now
  try {
    const terminal = await hello('8602')
    await keep(terminal, 5)
    await until('held', async () => (await heldBy(device.number))?.held !== null)
    const before = (await heldBy(device.number))!.held
    clock.now += 86_400_000
    assert.deepEqual(await keep(terminal, 5), [0x8601, 0x8603, 0x8605, 0x8607, 0x8600])
    await until('the next window is held', async () => (await heldBy(device.number))!.held !== before)
    terminal.close()
  } finally {
    clock.now = now
    fences = [circle, triangle, route]
  }
})

test('a terminal that refuses a fence is left alone until the fences are others or somebody sends them again', async () => {
  const { device } = await car('8605', { keepsFences: true })
  const terminal = await hello('8605')
  // It has no polygons: deleting them is refused and means nothing, setting one is the end of it.
  const told = await keep(terminal, 6, (id) => (id === 0x8604 || id === 0x8605 ? 3 : 0))
  assert.equal(told.at(-1), 0x8604)
  await until('refused', async () => (await heldBy(device.number))?.failed === 'refused')
  terminal.close()
  clock.now += 3 * 3_600_000
  const again = await hello('8605')
  units.fencesChanged()
  await assert.rejects(again.told(2500), /no word/)
  ok(await commandTerminal(units.deps, admin, device.id, { commandId: command(), command: { type: 'areas' } }))
  assert.equal((await keep(again, 7)).at(-1), 0x8606)
  await until('held', async () => (await heldBy(device.number))!.held !== null)
  again.close()
})

test('a terminal that does not answer is told four times, and again at most once an hour', async () => {
  const { device } = await car('8603', { keepsFences: true })
  const terminal = await hello('8603')
  for (const pause of [0, 11_000, 21_000, 61_000]) {
    clock.now += pause
    assert.equal((await terminal.told(5000)).id, 0x8601)
  }
  clock.now += 241_000
  await until('given up', async () => (await heldBy(device.number))?.failed === 'unanswered')
  terminal.close()
  const soon = await hello('8603')
  await assert.rejects(soon.told(2500), /no word/)
  soon.close()
  clock.now += 3_600_000
  const later = await hello('8603')
  assert.equal((await keep(later, 7)).length, 7)
  later.close()
})

test('who keeps no fences is told none, and told when that is switched on', async () => {
  const { device } = await car('8607')
  const terminal = await hello('8607')
  await assert.rejects(terminal.told(2500), /no word/)
  ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { keepsFences: true } }))
  assert.equal((await keep(terminal, 7)).length, 7)
  terminal.close()
})

test('a hundred terminals that come back at once begin to be told twenty a second', async () => {
  const devices = await Promise.all(Array.from({ length: 100 }, async (_, n) => (await car(`99${String(n).padStart(3, '0')}`, { keepsFences: true })).device.number))
  const begun = async () => (await database.database.query<{ n: number }>('select count(*)::int as n from units.terminal_fences where device = any($1::int[])', [devices]))[0]!.n
  const seen: number[] = []
  const { terminalFences } = await import('./terminal-fences-jobs.ts')
  const paced = terminalFences(units.deps)
  paced.look(devices)
  for (let round = 0; round < 6; round++) {
    await paced.round(() => true)
    seen.push(await begun())
  }
  assert.deepEqual(seen, [20, 40, 60, 80, 100, 100])
})

// ——— an order that the crew answers ———

async function ordered(unit: string, assignment: string) {
  await journal.act({ id: command(), actor: desk, at: clock.now }, async (tx) => {
    await units.unitFacts(tx, unit)
    tx.append(`incident/i-${assignment}`, 'jx.guixi', [{ type: 'unit-assigned', at: clock.now, assignment, unit, callSign: '', arriveSeconds: 300 } as never])
    return { answer: null }
  })
}

test('an order is asked as a question where the crew may answer on the terminal, and the answer acknowledges it once', async () => {
  const { unit } = await car('8302', { asksCrew: true })
  const terminal = await hello('8302')
  await ordered(unit, 'asked')
  const question = await terminal.told(5000)
  assert.equal(question.id, 0x8302)
  const length = question.body[1]!
  assert.equal(new TextDecoder('gbk').decode(question.body.subarray(2, 2 + length)), '指令：i-asked')
  assert.equal(Buffer.from(question.body.subarray(2 + length)).toString('hex'), '01' + '0004' + 'c7a9cad5', 'one answer: 签收')
  terminal.say(0x0001, answerBody(question.serial, 0x8302))
  await until('it is spoken', () => spoken.includes('asked'))
  assert.equal(acknowledged.some(({ assignment }) => assignment === 'asked'), false, 'read out is not acknowledged')
  terminal.close()
  // The crew answers later, over another connection, whose own serials begin elsewhere; and presses twice.
  const later = await hello('8302')
  const choice = new Writer().u16(question.serial).u8(1).done()
  for (let n = 0; n < 2; n++) assert.equal(await later.answerTo(later.say(0x0302, choice)), 0)
  assert.equal(new Set(acknowledged.filter(({ assignment }) => assignment === 'asked').map(({ commandId }) => commandId)).size, 1, 'one command')
  // Another choice, and a question that nobody asked, are answered well and mean nothing.
  const before = acknowledged.length
  assert.equal(await later.answerTo(later.say(0x0302, new Writer().u16(question.serial).u8(9).done())), 0)
  assert.equal(await later.answerTo(later.say(0x0302, new Writer().u16(question.serial ^ 0x5555).u8(1).done())), 0)
  assert.equal(acknowledged.length, before)
  later.close()
})

test('a crew that answers an order that is no more is told so in the car', async () => {
  const { unit } = await car('83021', { asksCrew: true })
  const terminal = await hello('83021')
  await ordered(unit, 'gone')
  const question = await terminal.told(5000)
  terminal.say(0x0001, answerBody(question.serial, 0x8302))
  over.set('gone', '这条指令已取消，不用再去。')
  terminal.say(0x0302, new Writer().u16(question.serial).u8(1).done())
  let told = await terminal.told(5000)
  while (told.id === 0x8001) told = await terminal.told(5000)
  assert.deepEqual([told.id, new TextDecoder('gbk').decode(told.body.subarray(1))], [0x8300, '这条指令已取消，不用再去。'])
  terminal.close()
})

for (const [what, answer] of [['says that it knows no questions', true], ['does not answer one', false]] as const) {
  test(`to a terminal that ${what} the order is read out instead`, async () => {
    const phone = answer ? '83022' : '83023'
    const { unit } = await car(phone, { asksCrew: true })
    const terminal = await hello(phone)
    await ordered(unit, `text-${phone}`)
    const question = await terminal.told(5000)
    assert.equal(question.id, 0x8302)
    if (answer) terminal.say(0x0001, answerBody(question.serial, 0x8302, 3))
    else clock.now += 11_000
    const text = await terminal.told(5000)
    assert.deepEqual([text.id, new TextDecoder('gbk').decode(text.body.subarray(1))], [0x8300, `指令：i-text-${phone}`])
    terminal.say(0x0001, answerBody(text.serial, 0x8300))
    await until('it is spoken', () => spoken.includes(`text-${phone}`))
    terminal.close()
  })
}

test('2019 has no questions: a terminal of 2019 reads orders out, whatever its settings say', async () => {
  const { unit } = await car('83024', { asksCrew: true })
  const terminal = await hello('83024', '2019')
  await ordered(unit, 'of-2019')
  assert.equal((await terminal.told(5000)).id, 0x8300)
  terminal.close()
})

test('an order that was given while the database could not be asked is read out when it can; one that was answered by then is not, nor one of long ago', async () => {
  const cars = await Promise.all(['8300-away', '8300-answered', '8300-old'].map((phone) => car(phone.replace(/\D/g, '') + String(phone.length))))
  isDown = true
  const before = clock.now
  clock.now -= 11 * 60_000
  await ordered(cars[2]!.unit, 'long-ago')
  clock.now = before
  await ordered(cars[0]!.unit, 'while-away')
  await ordered(cars[1]!.unit, 'answered-away')
  await journal.act({ id: command(), actor: desk, at: clock.now }, async (tx) => {
    tx.append('incident/i-answered-away', 'jx.guixi', [{ type: 'assignment-changed', at: clock.now, assignment: 'answered-away', unit: cars[1]!.unit, state: 'acknowledged', was: 'ordered', because: null, next: null, left: null } as never])
    return { answer: null }
  })
  await new Promise((resolve) => setTimeout(resolve, 300))
  isDown = false
  const told = () => database.database.query<{ assignment: string }>(`select assignment from units.downlink where assignment = any('{while-away,answered-away,long-ago}')`)
  for (let n = 0; n < 100 && (await told()).length === 0; n++) await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual((await told()).map(({ assignment }) => assignment), ['while-away'])
})

test('an order that was answered by other means before the car came into reach is not read out', async () => {
  const { unit } = await car('83025')
  await ordered(unit, 'by-phone')
  const waits = async () => (await database.database.query<{ state: string }>(`select state from units.downlink where assignment = 'by-phone'`))[0]?.state
  await until('it waits', async () => (await waits()) === 'waiting')
  await journal.act({ id: command(), actor: desk, at: clock.now }, async (tx) => {
    tx.append('incident/i-by-phone', 'jx.guixi', [{ type: 'assignment-changed', at: clock.now, assignment: 'by-phone', unit, state: 'acknowledged', was: 'ordered', because: null, next: null, left: null } as never])
    return { answer: null }
  })
  await until('it is withdrawn', async () => (await waits()) === 'expired')
  const terminal = await hello('83025')
  await assert.rejects(terminal.told(1500), /no word/)
  terminal.close()
})

test('a picture comes in parts and is handed on whole', async () => {
  const { unit } = await car('801')
  const terminal = await jt808('801')
  const jpeg = Uint8Array.from({ length: 5000 }, (_, n) => (n === 0 ? 0xff : n === 1 ? 0xd8 : n === 2 ? 0xff : n & 0xff))
  terminal.say(0x0801, new Writer().u32(9).u8(0).u8(0).u8(1).u8(1).raw(place()).raw(jpeg).done())
  const told = await terminal.told()
  assert.deepEqual([told.id, Buffer.from(told.body).toString('hex')], [0x8800, '00000009'])
  assert.deepEqual(pictures.at(-1), { unit, bytes: 5000 })
  terminal.close()
})

test('parts that are lost are asked for again, of a picture by its own number', async () => {
  const { unit } = await car('8003')
  const terminal = await jt808('8003')
  const body = new Writer().u32(77).u8(0).u8(0).u8(1).u8(1).raw(place()).raw(Uint8Array.from({ length: 4000 }, (_, n) => (n === 0 ? 0xff : n === 1 ? 0xd8 : n === 2 ? 0xff : n & 0xff))).done()
  const frames = encodeMessage({ phone: '8003', version: '2013' }, 0x0801, body, 40)
  const lost = new Set([1, 3])
  for (const [index, frame] of frames.entries()) if (!lost.has(index)) terminal.socket.write(frame)
  await until('the parts are there', () => units.deps.devices.byTerminal('jt808', '8003') !== undefined && units.deps.devices.status(units.deps.devices.byTerminal('jt808', '8003')!.number).frames === frames.length - 2)
  clock.now += 11_000
  const told = await terminal.told(4000)
  assert.deepEqual([told.id, Buffer.from(told.body).toString('hex')], [0x8800, '0000004d' + '02' + '00020004'])
  for (const index of lost) terminal.socket.write(frames[index]!)
  await until('the picture is whole', () => pictures.some((picture) => picture.unit === unit && picture.bytes === 4000))
  terminal.close()
})

test('what is known of a device counts at once: coordinates that it shifts, steps that it is spared', async () => {
  const { device, view } = await car('5')
  const terminal = await jt808('5')
  const guixi = { lon: 117.215, lat: 28.2875 }
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place(guixi))), 0)
  const asSent = view().lon
  ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { crs: 'gcj02' } }))
  clock.now += 60_000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place(guixi))), 0)
  assert.ok(Math.abs(view().lon! - asSent!) > 0.002, 'moved back by some 500 m')

  ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { crs: null } }))
  clock.now += 2000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ lon: 118.5, lat: 29 }))), 0)
  assert.ok(view().lon! < 118, 'an impossible jump is not shown')
  ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { leftOut: ['time'] } }))
  clock.now += 60_000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ ...guixi, at: Date.UTC(2007, 3, 8) }))), 0)
  assert.equal(view().fixAt, clock.now, 'of a clock that is not believed')
  ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { leftOut: ['outlier'] } }))
  clock.now += 1000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ lon: 119.5, lat: 29 }))), 0)
  assert.equal(view().lon, 119.5)
  terminal.close()
})

test('noise, half frames and wrong check codes are counted and harm nobody', async () => {
  const { status, device } = await car('66')
  const random = seeded(3)
  const noise = connect(ports.jt808!, '127.0.0.1')
  noise.on('error', () => {})
  await once(noise, 'connect')
  for (let n = 0; n < 200; n++) noise.write(Uint8Array.from({ length: 500 }, () => Math.floor(random() * 256)))
  const terminal = await jt808('66')
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  const frame = encodeMessage({ phone: '66', version: '2013' }, 0x0200, place({ at: clock.now + 1000 }), 9)[0]!
  frame[20]! ^= 0x10
  terminal.socket.write(frame)
  await until('the broken frame is counted', () => status().malformed === 1)
  assert.equal(await rows(device.number), 1)
  assert.match(status().raw!.list().at(-1)!.because!, /check code/)
  noise.destroy()
  terminal.close()
})

test('over UDP a terminal is heard and answered', async () => {
  const { device } = await car('1717')
  const socket = createSocket('udp4')
  const answered = once(socket, 'message')
  socket.send(encodeMessage({ phone: '1717', version: '2013' }, 0x0200, place(), 3)[0]!, ports.jt808!, '127.0.0.1')
  const [answer] = (await answered) as [Buffer]
  assert.equal(answer.subarray(1, 3).toString('hex'), '8001')
  assert.equal(await rows(device.number), 1)
  socket.close()
})

test('a GT06 tracker logs in and is heard; the place that names nobody belongs to its connection', async () => {
  const { device } = await car('863586034567890', {}, 'gt06')
  const socket = connect(ports.gt06!, '127.0.0.1')
  await once(socket, 'connect')
  const { sealed } = await import('#gateways/gt06/frame.ts')
  const answered = once(socket, 'data')
  socket.write(sealed(0x01, Buffer.from('0863586034567890', 'hex'), 1))
  const [answer] = (await answered) as [Buffer]
  assert.equal(answer.toString('hex').slice(0, 8), '78780501')
  const at = new Date(clock.now)
  const body = Buffer.from([at.getUTCFullYear() - 2000, at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds(), 0xc8, 0, 0, 0, 0, 0, 0, 0, 0, 36, 0x14, 0x5a, 1, 0xcc, 0, 0, 1, 0, 0, 1])
  body.writeUInt32BE(Math.round(28.29 * 1_800_000), 7)
  body.writeUInt32BE(Math.round(117.21 * 1_800_000), 11)
  socket.write(sealed(0x12, body, 2))
  await until('the place', async () => (await rows(device.number)) === 1)
  assert.equal(Math.round(units.describeUnits([device.unit])[0]!.lon! * 1e5), 11_721_000)
  socket.destroy()
})

test('an H02 tracker is heard and answered', async () => {
  const { device } = await car('2705171109', {}, 'h02')
  const socket = connect(ports.h02!, '127.0.0.1')
  await once(socket, 'connect')
  const answered = once(socket, 'data')
  const [date, time] = [new Date(clock.now).toISOString().slice(2, 10).split('-').reverse().join(''), new Date(clock.now).toISOString().slice(11, 19).replaceAll(':', '')]
  socket.write(`*HQ,2705171109,V1,${time},A,2817.4000,N,11712.6000,E,10.00,090,${date},FFFFFFFF#`)
  assert.match(String((await answered)[0]), /^\*HQ,2705171109,V4,V1,/)
  assert.equal(await rows(device.number), 1)
  socket.destroy()
})

test('phones of every kind report to the port that is theirs, by their key', async () => {
  const unit = await unitOnDuty()
  const { device, key } = ok(await pairDevice(units.deps, admin, { commandId: command(), unit, label: '手机' }))
  const url = `http://127.0.0.1:${ports.osmand}`
  const basic = `Basic ${Buffer.from(`u:${key}`).toString('base64')}`
  const json = { 'content-type': 'application/json' }
  const at = (n: number) => clock.now + n * 1000
  const requests: [name: string, path: string, options: RequestInit, answer: unknown][] = [
    ['OsmAnd', `/?id=${key}&lat=28.29&lon=117.21&timestamp=${at(1) / 1000}&speed=10&batt=80`, {}, undefined],
    ['GPSLogger', `/log?id=${key}&lat=28.29&lon=117.21&timestamp=${at(2) / 1000}&spd=5&acc=8&dir=90`, { method: 'POST' }, undefined],
    ['Traccar Client', '/', { method: 'POST', headers: json, body: JSON.stringify({ device_id: key, location: { timestamp: new Date(at(3)).toISOString(), coords: { latitude: 28.29, longitude: 117.21 }, battery: { level: 0.55 } } }) }, undefined],
    ['OwnTracks', '/pub?u=u&d=d', { method: 'POST', headers: { ...json, authorization: basic }, body: JSON.stringify({ _type: 'location', lat: 28.29, lon: 117.21, tst: at(4) / 1000, SSID: 'home', BSSID: 'aa' }) }, []],
    ['Overland', '/', { method: 'POST', headers: { ...json, authorization: `Bearer ${key}` }, body: JSON.stringify({ locations: [{ type: 'Feature', geometry: { type: 'Point', coordinates: [117.21, 28.29] }, properties: { timestamp: new Date(at(5)).toISOString(), wifi: 'home', battery_level: 0.4 } }] }) }, { result: 'ok' }],
  ]
  for (const [name, path, options, wanted] of requests) {
    const response = await fetch(`${url}${path}`, options)
    const body = (await response.json()) as { accepted?: number }
    assert.equal(response.status, 200, `${name}: ${JSON.stringify(body)}`)
    if (wanted === undefined) assert.equal(body.accepted, 1, name)
    else assert.deepEqual(body, wanted, name)
  }
  assert.equal(await rows(device.number), 5)
  assert.equal(units.deps.devices.status(device.number).battery, 40)

  // Traccar Client makes an identifier of its own: it is listed, and adopted as it is.
  const own = await unitOnDuty()
  assert.equal((await fetch(`${url}/?id=82634511&lat=28.3&lon=117.2`)).status, 404)
  const stranger = units.deps.strangers.list().find(({ secretOrNumber }) => secretOrNumber === '82634511')
  ok(await adoptStranger(units.deps, admin, stranger!.id, { commandId: command(), unit: own, label: '手机' }))
  assert.equal((await fetch(`${url}/?id=82634511&lat=28.3&lon=117.2`)).status, 200)
  assert.equal(units.describeUnits([own])[0]!.lon, 117.2)

  assert.equal((await fetch(url, { method: 'PUT' })).status, 405)
  assert.equal((await fetch(url, { method: 'POST', body: 'x'.repeat(600_000) })).status, 413)
  assert.equal((await fetch(url, { method: 'POST', headers: json, body: '{"locations":1}' })).status, 400)
})
