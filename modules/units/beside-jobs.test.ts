/** Two nodes of one house on one database: what only the other has heard is asked of it, and a device adopted here is heard there. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Actor } from '#kernel/actor.ts'
import { isRefused } from '#kernel/decision.ts'
import type { Bus } from '#platform/bus/bus.ts'
import { DatabaseUnavailable } from '#platform/db/fault.ts'
import type { Db } from '#platform/db/sql.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { formFor, type Thing } from '#platform/live/audience.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { jt808Terminal, locationBody } from '#test/jt808-terminal.ts'
import { goOffDuty, goOnDuty } from './change-shift.ts'
import { createUnit } from './change-unit.ts'
import type { UnitAlarmsView } from './contract.ts'
import { newestFrames, newStatus, together, type DeviceStatus } from './device.ts'
import { pairCrewPhone, removeCrewPhone } from './crew-phone.ts'
import { openUnits, type Units } from './jobs.ts'
import { adoptStranger, pairDevice } from './pair-device.ts'
import { seeAlarm } from './see-alarm.ts'
import { isShown } from './standing-alarms.ts'
import { shownName } from './strangers.ts'
import { projections } from './store.ts'

const admin: Actor = { account: 'admin', name: 'admin', grants: [{ role: 'administrator', agency: 'jx.guixi' }] }
const desk: Actor = { account: 'desk', name: 'desk', grants: [{ role: 'dispatcher', agency: 'jx.guixi' }] }
const clock = { now: Date.UTC(2026, 10, 22, 8) }
let made = 0
const command = () => `command-${String(++made).padStart(6, '0')}`
const ok = <T extends object>(outcome: T) => {
  assert.ok(!isRefused(outcome as never), JSON.stringify(outcome))
  return outcome as Exclude<T, { refused: string }>
}

const elsewhere: Actor = { account: 'other', name: 'other', grants: [{ role: 'dispatcher', agency: 'jx.other' }, { role: 'analyst', agency: 'jx.guixi' }] }
type Node = { readonly told: Thing[]; readonly units: Units; readonly port: number; readonly phones: number; stop(): Promise<void> }
const line = { isThere: true }
const nodes: Node[] = []
let isBlind = false
let drop: () => Promise<void>
let query: Db['query']

/** Two ends of a line. */
function buses(): [Bus, Bus] {
  const ends = [0, 1].map(() => ({ hearers: new Map<string, (bytes: Uint8Array) => void>(), repliers: new Map<string, (question: Uint8Array) => Uint8Array>() }))
  const bus = (own: number): Bus => {
    const [here, there] = [ends[own]!, ends[1 - own]!]
    return {
      publish: (subject, bytes) => void (line.isThere && there.hearers.get(subject)?.(bytes)),
      subscribe: (subject, hear) => void here.hearers.set(subject, hear),
      ask: async (subject, question) => (line.isThere ? { answers: [there.repliers.get(subject)!(question)], isWhole: true } : { answers: [], isWhole: false }),
      answer: (subject, reply) => void here.repliers.set(subject, reply),
      onGap() {},
      isConnected: () => line.isThere,
      nodes: () => Number(line.isThere),
      async close() {},
    }
  }
  return [bus(0), bus(1)]
}

before(async () => {
  const test = await testDatabase()
  drop = test.drop
  query = test.database.query
  for (const [index, bus] of buses().entries()) {
    const journal = postgresJournal({ db: test.database, projections, log: silentLog })
    const db: Db = {
      query: (text, params) => (index === 1 && isBlind && text.includes('units.device') ? Promise.reject(new DatabaseUnavailable('gone')) : test.database.query(text, params)),
      transaction: test.database.transaction,
      copy: test.database.copy,
    }
    const units = await openUnits({
      bus, journal, db, randomBytes,
      now: () => clock.now,
      newId: () => `id-${++made}`,
      findAgency: async (path) => ({ id: 'a', path, name: path, nameEn: null, kind: 'station', lon: null, lat: null }),
      memberNames: async (ids) => new Map(ids.map((id) => [id, id])),
    })
    journal.listen(units.hear)
    await journal.start()
    units.start()
    const told: Thing[] = []
    units.showAlarms((things) => void told.push(...things))
    const { jt808, osmand } = await units.listen('127.0.0.1', { jt808: 0, osmand: 0 })
    nodes.push({ told, units, port: jt808!, phones: osmand!, stop: async () => void (await units.stop(), await journal.stop()) })
  }
})
after(async () => {
  for (const node of nodes) await node.stop()
  await drop()
})

async function until(isTrue: () => boolean) {
  for (let n = 0; n < 600 && !isTrue(); n++) await sleep(50)
  assert.ok(isTrue(), 'it never came')
}
async function unitOnDuty(here: Node): Promise<string> {
  const { answer } = ok(await createUnit(here.units.deps, admin, { commandId: command(), callSign: `巡${++made}`, kind: 'car', agency: 'jx.guixi' }))
  ok(await goOnDuty(here.units.deps, desk, answer.unit, { commandId: command(), crew: [] }))
  clock.now += 1000
  return answer.unit
}
const place = () => locationBody({ lon: 117.21, lat: 28.29, at: (clock.now += 1000) })

test('a terminal that knocked at one node is adopted at the other, and heard where it knocked', async () => {
  const [here, there] = nodes as [Node, Node]
  const unit = await unitOnDuty(here)
  const terminal = await jt808Terminal(there.port, '013800138000')
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 1, 'a stranger')
  assert.equal(here.units.deps.strangers.list().length, 0)
  const { list, isWhole } = await here.units.deps.beside.strangers()
  assert.deepEqual([list.map(shownName), isWhole], [['13800138000'], true])

  const { device } = ok(await adoptStranger(here.units.deps, admin, list[0]!.id, { commandId: command(), unit, label: '车载' }))
  await until(() => there.units.deps.devices.byTerminal('jt808', '13800138000') !== undefined)
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0, 'taken, without a new connection or a restart')
  for (const node of nodes) {
    assert.deepEqual((await node.units.deps.beside.strangers()).list, [])
    assert.equal(node.units.describeUnits([unit])[0]!.lon, 117.21)
    const status = (await node.units.deps.beside.statuses([device])).of(device.number)
    assert.deepEqual([status.frames, status.links, status.taken.accepted, status.seenAt], [1, 1, 1, clock.now])
    assert.deepEqual((await node.units.deps.beside.frames(device)).map(({ type, at, because }) => [type, at, because]), [['location', clock.now, null]])
  }
  const [own, asked] = await Promise.all([there, here].map((node) => node.units.deps.beside.frames(device)))
  assert.deepEqual(asked, own, 'byte for byte')

  // The same device at the other node: what both heard is one device's.
  terminal.close()
  const again = await jt808Terminal(here.port, '013800138000')
  assert.equal(await again.answerTo(again.say(0x0200, place())), 0)
  await until(() => there.units.deps.devices.status(device.number).links === 0)
  for (const node of nodes) {
    const status = (await node.units.deps.beside.statuses([device])).of(device.number)
    assert.deepEqual([status.frames, status.links, status.taken.accepted, status.fixAt], [2, 1, 2, clock.now])
    const briefs = () => node.units.deps.beside.briefs().then(({ of }) => of(device.number))
    const { seenAt, links, accepted } = await briefs()
    assert.deepEqual([seenAt, links, accepted], [clock.now, 1, 2], 'what the registry is sorted by')
    const before = clock.now
    node.units.deps.devices.status(device.number).taken.accepted += 10
    assert.equal((await briefs()).accepted, 2, 'asked once in a while, however many look')
    clock.now += 5_000
    assert.equal((await briefs()).accepted, 12)
    node.units.deps.devices.status(device.number).taken.accepted -= 10
    clock.now = before
  }
  again.close()
})

test('a phone’s own key that knocked at one node is adopted at the other', async () => {
  const [here, there] = nodes as [Node, Node]
  const unit = await unitOnDuty(there)
  const knock = () => fetch(`http://127.0.0.1:${there.phones}/?id=82634511&lat=28.3&lon=117.2&timestamp=${Math.floor((clock.now += 1000) / 1000)}`)
  assert.equal((await knock()).status, 404)
  const { list } = await here.units.deps.beside.strangers()
  assert.deepEqual(list.map(shownName), ['826…'])
  await until(() => here.units.deps.live.find(unit) !== undefined)
  const { device } = ok(await adoptStranger(here.units.deps, admin, list[0]!.id, { commandId: command(), unit, label: '手机' }))
  assert.equal((await knock()).status, 200)
  assert.deepEqual((await there.units.deps.beside.strangers()).list, [])
  assert.equal((await here.units.deps.beside.statuses([device])).of(device.number).taken.accepted, 1)
})

test('an officer’s phone that one node paired goes with the seat at a node that has not heard of it', async () => {
  const [here, there] = nodes as [Node, Node]
  const officer: Actor = { account: 'officer', name: 'officer', member: 'm1', grants: [{ role: 'officer', agency: 'jx.guixi' }] }
  const { answer } = ok(await createUnit(here.units.deps, admin, { commandId: command(), callSign: `巡${++made}`, kind: 'foot', agency: 'jx.guixi' }))
  ok(await goOnDuty(here.units.deps, desk, answer.unit, { commandId: command(), crew: ['m1'] }))
  clock.now += 1000
  const unitKnown = () => there.units.unitOfMember('m1') !== undefined
  await until(unitKnown)
  const pair = (node: Node) => pairCrewPhone(node.units.deps, officer, command()).then(ok)
  const status = async (key: string | null) => (await fetch(`http://127.0.0.1:${here.phones}/?id=${key}&lat=28.3&lon=117.2&timestamp=${Math.floor((clock.now += 1000) / 1000)}`)).status
  const unheard = async ({ device }: { readonly device: { readonly id: string } }) => {
    await until(() => there.units.deps.devices.find(device.id) !== undefined)
    there.units.deps.devices.replace(answer.unit, []) // as it was a moment before
  }

  const first = await pair(here)
  await unheard(first)
  const second = await pair(there)
  assert.deepEqual([await status(first.key), await status(second.key)], [404, 200], 'one phone each')
  await unheard(second)
  assert.equal(await removeCrewPhone(there.units.deps, officer, command()), undefined)
  assert.equal(await status(second.key), 404)
  const third = await pair(here)
  await unheard(third)
  ok(await goOffDuty(there.units.deps, officer, answer.unit, command()))
  assert.equal(await status(third.key), 404, 'the shift took it along')
})

test('when the other node cannot be asked, that is said, what is known here is shown, and of the other what is written down', async () => {
  const [here, there] = nodes as [Node, Node]
  const unit = await unitOnDuty(here)
  const { device } = ok(await pairDevice(here.units.deps, admin, { commandId: command(), unit, label: '车载', protocol: 'h02', terminal: '77' }))
  await until(() => there.units.deps.devices.byTerminal('h02', '77') !== undefined)
  there.units.deps.devices.noteSeen(device.number, clock.now)
  await there.units.deps.keepSeen(there.units.deps.devices.takeSeen())
  line.isThere = false
  try {
    const { of, isWhole } = await here.units.deps.beside.statuses([device])
    assert.deepEqual([isWhole, of(device.number).seenAt, of(device.number).frames], [false, clock.now, 0])
    assert.equal((await here.units.deps.beside.strangers()).isWhole, false)
    // Nobody tells of positions either: they are read.
    await there.units.deps.intake.add([{ unit: here.units.deps.live.find(unit)!.handle, altitudeMeters: null, leftOut: [], fix: { fixAt: clock.now, takenAt: clock.now, device: device.number, lon: 117.3, lat: 28.3, speedKmh: null, courseDeg: null, accuracyMeters: null } }])
    clock.now += 10_000
    await until(() => here.units.describeUnits([unit])[0]!.lon === 117.3)
  } finally {
    line.isThere = true
  }
})

test('a fix that a node stored and died before it told is shown where the device says it again', async () => {
  const [here, there] = nodes as [Node, Node]
  const unit = await unitOnDuty(here)
  ok(await pairDevice(here.units.deps, admin, { commandId: command(), unit, label: '车载', protocol: 'jt808', terminal: '79' }))
  await until(() => there.units.deps.devices.byTerminal('jt808', '79') !== undefined)
  const lines = await Promise.all([there, here].map(({ port }) => jt808Terminal(port, '79')))
  const fix = place()
  line.isThere = false
  assert.equal(await lines[0]!.answerTo(lines[0]!.say(0x0200, fix)), 0)
  line.isThere = true
  assert.equal(here.units.describeUnits([unit])[0]!.lon, null)
  assert.equal(await lines[1]!.answerTo(lines[1]!.say(0x0200, fix)), 0)
  await until(() => here.units.describeUnits([unit])[0]!.lon === 117.21)
  for (const one of lines) one.close()
})

/** What a client of this node knows of a unit's alarms, if it is told anything. */
function toldTo(actor: Actor, { told }: Node, unit: string): [name: string, isOver: boolean, isShown: boolean][] | undefined {
  const thing = told.findLast(({ kind, id }) => kind === 'deviceAlarms' && id === unit)
  const view = thing && (formFor(actor, thing)?.view as UnitAlarmsView | undefined)
  return view?.alarms.map((alarm) => [alarm.name, alarm.endedAt !== null, isShown(alarm, clock.now)])
}
const isTold = (actor: Actor, node: Node, unit: string, alarms: ReturnType<typeof toldTo>) => () => JSON.stringify(toldTo(actor, node, unit)) === JSON.stringify(alarms)

test('an alarm that begins, ends or is seen is told at every node to those who watch over the unit, and to nobody else', async () => {
  const [here, there] = nodes as [Node, Node]
  const unit = await unitOnDuty(here)
  const { device } = ok(await pairDevice(here.units.deps, admin, { commandId: command(), unit, label: '车载', protocol: 'jt808', terminal: '80' }))
  await until(() => there.units.deps.devices.byTerminal('jt808', '80') !== undefined)
  const terminal = await jt808Terminal(there.port, '80')
  const cut = 2 ** 8
  const say = async (alarm: number) => assert.equal(await terminal.answerTo(terminal.say(0x0200, locationBody({ lon: 117.21, lat: 28.29, at: (clock.now += 1000), alarm }))), 0)

  await say(cut)
  for (const node of nodes) await until(isTold(desk, node, unit, [['power-cut', false, false]]))
  clock.now += 31_000
  for (const node of nodes) assert.deepEqual(toldTo(desk, node, unit), [['power-cut', false, true]], 'its time has come without another word')
  for (const node of nodes) assert.deepEqual([toldTo(elsewhere, node, unit), toldTo({ ...desk, grants: [{ role: 'auditor', agency: 'jx.guixi' }] }, node, unit)], [undefined, undefined])
  // Who comes back asks, and knows what those know who never were away.
  const [alarm, ...others] = await here.units.deps.alarmsLive.read(here.units.describeUnits([unit]))
  assert.deepEqual([alarm!.name, alarm!.callSign, others.length], ['power-cut', here.units.describeUnits([unit])[0]!.callSign, 0])

  await say(0)
  for (const node of nodes) await until(isTold(desk, node, unit, [['power-cut', true, true]]))
  ok(await seeAlarm(here.units.deps, desk, device.id, { commandId: command(), name: 'power-cut', since: clock.now - 60_000 }))
  for (const node of nodes) await until(isTold(desk, node, unit, []))
  terminal.close()
})

test('an alarm that a node could not hear of is told there all the same, and that it is over', async () => {
  const [here, there] = nodes as [Node, Node]
  const unit = await unitOnDuty(here)
  ok(await pairDevice(here.units.deps, admin, { commandId: command(), unit, label: '车载', protocol: 'jt808', terminal: '81' }))
  await until(() => there.units.deps.devices.byTerminal('jt808', '81') !== undefined)
  const terminal = await jt808Terminal(there.port, '81')
  const say = async (alarm: number) => assert.equal(await terminal.answerTo(terminal.say(0x0200, locationBody({ lon: 117.21, lat: 28.29, at: (clock.now += 1000), alarm }))), 0)
  line.isThere = false
  try {
    await say(2 ** 29)
    clock.now += 10_000
    await until(isTold(desk, here, unit, [['collision', false, true]]))
    await say(0)
    clock.now += 10_000
    await until(isTold(desk, here, unit, [['collision', true, true]]))
  } finally {
    line.isThere = true
    terminal.close()
  }
})

test('a place that a node could not hear of is read there, though the clock was set back', async () => {
  const [here, there] = nodes as [Node, Node]
  const unit = await unitOnDuty(here)
  ok(await pairDevice(here.units.deps, admin, { commandId: command(), unit, label: '车载', protocol: 'jt808', terminal: '82' }))
  await until(() => here.units.deps.devices.byTerminal('jt808', '82') !== undefined)
  const terminal = await jt808Terminal(here.port, '82')
  line.isThere = false
  const before = clock.now
  try {
    await sleep(1100) // as the tick sees it
    assert.equal(await terminal.answerTo(terminal.say(0x0200, locationBody({ lon: 117.21, lat: 28.29, at: before }))), 0)
    clock.now -= 3_600_000
    await until(() => there.units.describeUnits([unit])[0]!.fixAt !== null)
  } finally {
    clock.now = before + 10_000
    line.isThere = true
    terminal.close()
  }
})

test('an alarm that began at one node ends at the other, once, and begins anew where it began before', async () => {
  const [here, there] = nodes as [Node, Node]
  const unit = await unitOnDuty(here)
  const { device } = ok(await pairDevice(here.units.deps, admin, { commandId: command(), unit, label: '车载', protocol: 'jt808', terminal: '83' }))
  await until(() => there.units.deps.devices.byTerminal('jt808', '83') !== undefined)
  const alarms = () => query<{ isOpen: boolean }>('select ended_at is null as "isOpen" from units.alarm where device = $1 order by began_at', [device.number])
  const open = async () => (await alarms()).map(({ isOpen }) => isOpen)
  const visit = async (node: Node, ...said: number[]) => {
    const terminal = await jt808Terminal(node.port, '83')
    for (const alarm of said) assert.equal(await terminal.answerTo(terminal.say(0x0200, locationBody({ lon: 117.21, lat: 28.29, at: (clock.now += 1000), alarm }))), 0)
    terminal.close()
  }
  const powerCut = 2 ** 8
  await visit(here, 0, powerCut)
  assert.deepEqual(await open(), [true])
  await visit(there, powerCut, powerCut)
  assert.deepEqual(await open(), [true], 'the same')
  await visit(there, 0, 0)
  assert.deepEqual(await open(), [false])
  await visit(here, powerCut)
  assert.deepEqual(await open(), [false, true])
  await visit(there, 0)
  assert.deepEqual(await open(), [false, false])
})

test('a device that was registered while a node could not read is heard there as soon as it can', async () => {
  const [here, there] = nodes as [Node, Node]
  const unit = await unitOnDuty(here)
  isBlind = true
  try {
    ok(await pairDevice(here.units.deps, admin, { commandId: command(), unit, label: '车载', protocol: 'h02', terminal: '78' }))
    await until(() => there.units.deps.live.heardUpTo() === here.units.deps.live.heardUpTo())
    assert.equal(there.units.deps.devices.byTerminal('h02', '78'), undefined)
  } finally {
    isBlind = false
  }
  await until(() => there.units.deps.devices.byTerminal('h02', '78') !== undefined)
})

test('what several nodes know of a device is added; what changes is of the node that heard it last', () => {
  const at = (seenAt: number | null, more: Partial<DeviceStatus>): DeviceStatus => ({ ...newStatus(), seenAt, ...more })
  const nobody = newStatus()
  const a = at(10, { fixAt: 20, battery: 90, dialect: '2013', skewsMs: [5], links: 1, frames: 4, malformed: 1, tokenRefused: 2, taken: { ...nobody.taken, accepted: 3, unusable: 1 }, stopped: { ...nobody.stopped, time: 2 } })
  const b = at(12, { fixAt: 11, dialect: '2019', skewsMs: [-70], frames: 2, taken: { ...nobody.taken, accepted: 2 }, stopped: { ...nobody.stopped, time: 1, outlier: 1 } })
  const both = at(12, { fixAt: 20, battery: 90, dialect: '2019', skewsMs: [-70], links: 1, frames: 6, malformed: 1, tokenRefused: 2, taken: { ...nobody.taken, accepted: 5, unusable: 1 }, stopped: { ...nobody.stopped, time: 3, outlier: 1 } })
  for (const order of [[a, b, nobody], [nobody, b, a], [b, nobody, a]]) assert.deepEqual(together(order), both)
  assert.deepEqual(together([]), nobody)
  const frame = (at: number) => ({ at, type: 't', shown: { bytes: new Uint8Array(), more: 0 }, because: null })
  assert.deepEqual(newestFrames([...Array(29).keys(), 100, 50].map(frame)).map(({ at }) => at).slice(0, 3), [100, 50, 28])
  assert.equal(newestFrames([...Array(60).keys()].map(frame)).length, 30)
})
