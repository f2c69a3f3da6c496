/** The units room on a real database and the real journal. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { seeded } from '#core/random.ts'
import type { Actor, Role } from '#kernel/actor.ts'
import { isRefused } from '#kernel/decision.ts'
import type { JournalEvent } from '#kernel/journal.ts'
import { silentLog } from '#platform/log.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { testDatabase } from '#test/database.ts'
import { goOffDuty, goOnDuty, seatCrew } from './change-shift.ts'
import { changeUnit, createUnit, retireUnit } from './change-unit.ts'
import { pairCrewPhone } from './crew-phone.ts'
import { findDeviceByKey } from './devices-store.ts'
import { openUnits } from './jobs.ts'
import { pairDevice, removeDevice, renewKey } from './pair-device.ts'
import { listDays } from './positions-store.ts'
import { projectedTables, projections } from './store.ts'
import { takeFromDevice, takePositions } from './take-positions.ts'
import { viewTrack } from './view-track.ts'

const T0 = Date.UTC(2026, 10, 22, 8)
const SECOND = 1000
const HOUR = 3_600_000

const actor = (account: string, role: Role, agency = 'jx.guixi', member?: string): Actor => ({
  account,
  name: account,
  grants: [{ role, agency }],
  ...(member ? { member } : {}),
})
const admin = actor('admin', 'administrator')
const desk = actor('desk', 'dispatcher')
const program = actor('program', 'integrator')
const commander = actor('commander', 'commander')
const officer = (member: string) => actor(`officer-${member}`, 'officer', 'jx.guixi', member)
const stranger = actor('stranger', 'administrator', 'jx.yushan')

/** A room of its own, with a clock that the test moves. */
async function room(options: { retentionDays?: number } = {}) {
  const { database, drop } = await testDatabase()
  const clock = { now: T0 }
  let made = 0
  const journal = postgresJournal({ db: database, projections, log: silentLog })
  const needs = {
    journal,
    db: database,
    now: () => clock.now,
    newId: () => `id-${++made}`,
    randomBytes: (count: number) => randomBytes(count),
    findAgency: async (path: string) =>
      path.startsWith('jx.guixi') ? ({ id: 'a', path, name: path, nameEn: null, kind: 'station', lon: null, lat: null } as const) : undefined,
    memberNames: async (ids: readonly string[]) => new Map(ids.filter((id) => /^m\d+$/.test(id)).map((id) => [id, `巡警${id}`])),
    onFault: (what: string, cause: unknown) => {
      throw new Error(what, { cause })
    },
    ...options,
  }
  const units = await openUnits(needs)
  journal.listen(units.hear)
  await journal.start()
  let commands = 0
  const command = () => `command-${String(++commands).padStart(6, '0')}`
  const { deps } = units
  return {
    database,
    journal,
    units,
    deps,
    clock,
    command,
    needs,
    async unit(callSign: string, kind: 'car' | 'foot' | 'e-bike' | 'motorcycle' = 'car', agency = 'jx.guixi.xiongshi') {
      return ok(await createUnit(deps, admin, { commandId: command(), callSign, kind, agency })).unit
    },
    onDuty: (unit: string, ...crew: string[]) => goOnDuty(deps, desk, unit, { commandId: command(), crew }),
    offDuty: (unit: string) => goOffDuty(deps, desk, unit, command()),
    report: (unit: string, lon: number, lat: number, fixAt = clock.now, more: object = {}) =>
      takePositions(deps, { actor: program, language: 'en' }, [{ unit, lon, lat, fixAt, ...more }]),
    /** As dispatch would: its event, in a transaction that has locked the unit. */
    dispatch: (incident: string, ...events: (JournalEvent & Record<string, unknown>)[]) =>
      journal.act({ id: command(), actor: desk, at: clock.now }, async (tx) => {
        for (const event of events) await units.unitFacts(tx, event.unit as string)
        tx.append(`incident/${incident}`, 'jx.guixi', events)
        return { answer: null }
      }),
    /** Every row that projections write. */
    async dump() {
      const tables: Record<string, unknown> = {}
      for (const table of projectedTables) {
        const rows = await database.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`)
        tables[table] = rows.map(({ row }) => row).sort()
      }
      return tables
    },
    async close() {
      await units.stop()
      await journal.stop()
      await drop()
    },
  }
}
type Room = Awaited<ReturnType<typeof room>>

function ok<T extends object>(outcome: T): Extract<T, { answer: unknown }>['answer'] {
  assert.ok(!isRefused(outcome), `refused: ${JSON.stringify(outcome)}`)
  return (outcome as { answer: never }).answer
}
const code = (outcome: object) => (isRefused(outcome) ? outcome.refused : 'accepted')

let r: Room
before(async () => {
  r = await room()
})
after(() => r.close())

test('a position of a unit on duty is stored, shown and read back', async () => {
  const unit = await r.unit('巡1')
  assert.equal(r.units.describeUnits([unit])[0]!.state, 'off-duty')
  ok(await r.onDuty(unit, 'm1'))
  const taken = await r.report(unit, 117.2, 28.3, r.clock.now, { speedKmh: 40.1, courseDeg: 360, altitudeMeters: 55.5, accuracyMeters: 8 })
  assert.deepEqual(taken, { accepted: 1, duplicates: 0, discarded: 0, flagged: 0, rejected: [] })
  const [view] = r.units.describeUnits([unit])
  assert.deepEqual(
    { state: view!.state, lon: view!.lon, lat: view!.lat, fixAt: view!.fixAt, speedKmh: view!.speedKmh, courseDeg: view!.courseDeg, stale: view!.stale },
    { state: 'free', lon: 117.2, lat: 28.3, fixAt: r.clock.now, speedKmh: 40.1, courseDeg: 0, stale: false },
  )
  assert.deepEqual(view!.crew, [{ id: 'm1', name: '巡警m1' }])
  const rows = await r.database.query(`select lon, lat, speed_kmh, altitude_meters from units.position p join units.unit u on u.handle = p.unit where u.id = $1`, [unit])
  assert.deepEqual(rows, [{ lon: 117.2, lat: 28.3, speed_kmh: 40.1, altitude_meters: 55.5 }])
})

test('off duty a position is answered well and kept nowhere', async () => {
  const unit = await r.unit('巡2')
  assert.deepEqual(await r.report(unit, 117.2, 28.3), { accepted: 0, duplicates: 0, discarded: 1, flagged: 0, rejected: [] })
  ok(await r.onDuty(unit))
  r.clock.now += HOUR
  assert.equal((await r.report(unit, 117.2, 28.3, r.clock.now - 2 * HOUR)).discarded, 1, 'measured before the shift')
  assert.equal((await r.report(unit, 117.2, 28.3, r.clock.now - HOUR / 2)).accepted, 1)
  ok(await r.offDuty(unit))
  assert.equal(r.units.describeUnits([unit])[0]!.lon, null, 'off duty nobody has a place')
  r.clock.now += HOUR
  assert.equal((await r.report(unit, 117.2, 28.3)).discarded, 1)
  assert.equal((await r.report(unit, 117.21, 28.3, r.clock.now - 1.25 * HOUR)).accepted, 1, 'measured on duty, sent late from a dead spot')
  assert.equal(r.units.describeUnits([unit])[0]!.lon, null)
  const rows = await r.database.query(`select 1 from units.position p join units.unit u on u.handle = p.unit where u.id = $1`, [unit])
  assert.equal(rows.length, 2)
})

test('a fix on its way while the unit goes off duty is forgotten', async () => {
  const unit = await r.unit('巡3')
  ok(await r.onDuty(unit))
  await r.report(unit, 117.2, 28.3)
  await r.report(unit, 117.2, 28.3, r.clock.now + 30 * SECOND) // this device's clock runs ahead
  ok(await r.offDuty(unit))
  await r.units.stop()
  const rows = await r.database.query(`select 1 from units.position p join units.unit u on u.handle = p.unit where u.id = $1 and fix_at >= $2`, [unit, r.clock.now])
  assert.equal(rows.length, 0)
  r.clock.now += HOUR
})

test('the same fix again is a duplicate; a late one does not move a unit back; a jump is kept but not shown', async () => {
  const unit = await r.unit('巡4')
  ok(await r.onDuty(unit))
  r.clock.now += 100 * SECOND
  assert.equal((await r.report(unit, 117.2, 28.3)).accepted, 1)
  assert.equal((await r.report(unit, 117.2, 28.3)).duplicates, 1)
  const twice = { unit, lon: 117.2001, lat: 28.3, fixAt: r.clock.now - 1000 }
  const taken = await takePositions(r.deps, { actor: program, language: 'en' }, [twice, twice])
  assert.deepEqual([taken.accepted, taken.duplicates], [1, 1])
  assert.equal(r.units.describeUnits([unit])[0]!.lon, 117.2, 'the late one is history')

  r.clock.now += 5 * SECOND
  assert.equal((await r.report(unit, 118.2, 28.3)).flagged, 1)
  assert.equal(r.units.describeUnits([unit])[0]!.lon, 117.2)
  r.clock.now += 5 * SECOND
  assert.equal((await r.report(unit, 118.2005, 28.3)).accepted, 1, 'the second says the same: it is there')
  assert.equal(r.units.describeUnits([unit])[0]!.lon, 118.2005)
})

test('what cannot be right is rejected one by one, with a sentence, and the rest is taken', async () => {
  const unit = await r.unit('巡5')
  ok(await r.onDuty(unit))
  r.clock.now += 1000
  const at = r.clock.now
  const good = { unit, fixAt: at, lon: 117.2, lat: 28.3 }
  const taken = await takePositions(r.deps, { actor: program, language: 'zh' }, [
    { ...good, lat: 91 },
    { ...good, fixAt: at + 61_000 },
    good,
    { ...good, fixAt: at - 73 * HOUR },
    { ...good, speedKmh: 401 },
    { ...good, unit: 'no-such-unit' },
    { fixAt: at, lon: 117.2, lat: 28.3 },
  ])
  assert.equal(taken.accepted, 1)
  assert.deepEqual(
    taken.rejected.map(({ index, code }) => [index, code]),
    [[0, 'place-out-of-range'], [1, 'fix-in-future'], [3, 'fix-too-old'], [4, 'speed-out-of-range'], [5, 'unit-not-found'], [6, 'which-unit']],
  )
  assert.match(taken.rejected[0]!.because, /经度/)
})

test('shifted coordinates come in as WGS-84', async () => {
  const unit = await r.unit('巡6')
  ok(await r.onDuty(unit))
  await r.report(unit, 117.2, 28.3, r.clock.now, { crs: 'gcj02' })
  const [view] = r.units.describeUnits([unit])
  assert.ok(Math.abs(view!.lon! - 117.2) > 0.002 && Math.abs(view!.lon! - 117.2) < 0.01, String(view!.lon))
})

test('nobody reports for a unit outside their part of the tree, and is not told that it exists', async () => {
  const unit = await r.unit('巡7')
  ok(await r.onDuty(unit))
  const other = actor('other', 'integrator', 'jx.yushan')
  const say = async (unitId: string) =>
    (await takePositions(r.deps, { actor: other, language: 'en' }, [{ unit: unitId, fixAt: r.clock.now, lon: 1, lat: 1 }])).rejected
  assert.deepEqual(await say(unit), await say('never-was'))
  assert.equal(code(await changeUnit(r.deps, stranger, unit, { commandId: r.command(), callSign: 'X' })), 'unit-not-found')
  assert.equal(code(await goOnDuty(r.deps, stranger, unit, { commandId: r.command(), crew: [] })), 'unit-not-found')
  assert.equal(code(await createUnit(r.deps, stranger, { commandId: r.command(), callSign: 'X', kind: 'car', agency: 'jx.guixi' })), 'agency-not-found')
})

test('an officer reports for the unit that is theirs, and for no other', async () => {
  const [own, other] = [await r.unit('巡8'), await r.unit('巡9')]
  ok(await r.onDuty(own, 'm8'))
  ok(await r.onDuty(other, 'm9'))
  const say = (unit?: string) =>
    takePositions(r.deps, { actor: officer('m8'), language: 'en' }, [{ ...(unit ? { unit } : {}), fixAt: ++r.clock.now, lon: 117.2, lat: 28.3 }])
  assert.equal((await say(own)).accepted, 1)
  assert.equal((await say()).accepted, 1, 'the unit need not be named')
  assert.equal((await say(other)).rejected[0]!.code, 'not-your-unit')
  ok(await r.offDuty(own))
  assert.equal((await say(own)).discarded, 1)
  assert.equal((await say()).discarded, 1)
})

test('shifts: an officer starts and ends only their own; a member sits in one unit', async () => {
  const [a, b] = [await r.unit('巡10'), await r.unit('巡11')]
  const start = (who: Actor, unit: string, ...crew: string[]) => goOnDuty(r.deps, who, unit, { commandId: r.command(), crew })
  assert.equal(code(await start(officer('m10'), a, 'm11')), 'officer-not-in-crew')
  assert.equal(code(await start(officer('m10'), a, 'm10', 'nobody')), 'member-not-found')
  assert.equal(code(await start(officer('m10'), a, 'm10', 'm10')), 'crew-repeated')
  ok(await start(officer('m10'), a, 'm10'))
  assert.equal(code(await start(desk, a)), 'unit-on-duty')
  assert.equal(code(await start(desk, b, 'm10')), 'member-on-shift')
  assert.equal(code(await seatCrew(r.deps, officer('m11'), a, { commandId: r.command(), crew: ['m11'] })), 'officer-not-in-crew')
  ok(await seatCrew(r.deps, officer('m11'), a, { commandId: r.command(), crew: ['m10', 'm11'] }))
  assert.equal(r.units.unitOfMember('m11'), a)
  ok(await seatCrew(r.deps, officer('m10'), a, { commandId: r.command(), crew: ['m11'] }))
  assert.equal(r.units.unitOfMember('m10'), undefined)
  ok(await start(officer('m10'), b, 'm10'))
  assert.equal(code(await goOffDuty(r.deps, officer('m10'), a, r.command())), 'officer-not-in-crew')
  ok(await goOffDuty(r.deps, officer('m11'), a, r.command()))
  assert.equal(code(await goOffDuty(r.deps, desk, a, r.command())), 'unit-off-duty')
})

test('a shift pressed without a network begins and ends when it is heard, and is about the shift of then', async () => {
  const unit = await r.unit('巡42')
  const late = (madeAt: number, ...crew: string[]) => goOnDuty(r.deps, officer(crew[0]!), unit, { commandId: r.command(), crew, madeAt })
  const pressed = r.clock.now
  r.clock.now += HOUR
  ok(await late(pressed, 'm42'))
  const [entry] = await r.database.query<{ data: object; at: number }>(`select data, at from journal.entry where stream = $1 and type = 'shift-started'`, [`unit/${unit}`])
  assert.deepEqual([(entry!.data as { madeAt: number }).madeAt, entry!.at], [pressed, r.clock.now])

  r.clock.now += HOUR
  const pressedEnd = r.clock.now
  r.clock.now += HOUR
  ok(await goOffDuty(r.deps, desk, unit, r.command())) // the room ended it
  ok(await goOffDuty(r.deps, officer('m42'), unit, r.command(), pressedEnd))
  r.clock.now += HOUR
  assert.equal(code(await late(pressedEnd, 'm42')), 'shift-over-since')
  ok(await r.onDuty(unit, 'm43'))
  assert.equal(code(await late(r.clock.now, 'm42')), 'unit-on-duty', 'somebody took it meanwhile')
  ok(await goOffDuty(r.deps, officer('m42'), unit, r.command(), pressedEnd))
  assert.equal(r.units.unitOfMember('m43'), unit, 'the shift of others goes on')
  ok(await r.offDuty(unit))
})

test('who pressed “join” yesterday and went home is not put on duty today', async () => {
  const unit = await r.unit('巡45')
  ok(await r.onDuty(unit, 'm45'))
  r.clock.now += HOUR
  const pressed = r.clock.now
  const join = (madeAt: number, ...others: string[]) => seatCrew(r.deps, officer('m46'), unit, { commandId: r.command(), crew: [...others, 'm46'], madeAt })
  r.clock.now += HOUR
  ok(await r.offDuty(unit))
  assert.equal(code(await join(pressed, 'm45')), 'unit-off-duty')
  r.clock.now += 20 * HOUR
  ok(await r.onDuty(unit, 'm45'))
  assert.equal(code(await join(pressed, 'm45')), 'shift-over-since')
  assert.equal(r.units.unitOfMember('m46'), undefined)
  const today = r.clock.now
  r.clock.now += HOUR
  ok(await join(today, 'm45'))
  r.clock.now += 73 * HOUR
  assert.equal(code(await join(today, 'nobody-now')), 'shift-too-old')
  ok(await r.offDuty(unit))
})

test('the same command twice is one shift, and another request under its id is refused', async () => {
  const unit = await r.unit('巡12')
  const commandId = r.command()
  ok(await goOnDuty(r.deps, desk, unit, { commandId, crew: [] }))
  ok(await goOnDuty(r.deps, desk, unit, { commandId, crew: [] }))
  assert.equal(code(await goOnDuty(r.deps, desk, unit, { commandId, crew: ['m1'] })), 'command-id-reused')
})

test('a unit with an order does not go off duty, and is not retired on duty', async () => {
  const unit = await r.unit('巡13')
  ok(await r.onDuty(unit))
  assert.equal(code(await retireUnit(r.deps, admin, unit, r.command())), 'unit-on-duty')
  await r.dispatch('i1', { type: 'unit-assigned', at: r.clock.now, assignment: 'a1', unit, callSign: '巡13', acknowledgeDueAt: 0, arriveSeconds: 300 })
  assert.deepEqual(r.units.describeUnits([unit]).map((view) => [view.state, view.incident, view.assignment]), [['ordered', 'i1', 'a1']])
  assert.equal(code(await r.offDuty(unit)), 'unit-assigned')
  await r.dispatch('i1', { type: 'assignment-changed', at: r.clock.now, assignment: 'a1', unit, state: 'cancelled', because: null, next: null })
  assert.equal(r.units.describeUnits([unit])[0]!.state, 'free')
  ok(await r.offDuty(unit))
  ok(await retireUnit(r.deps, admin, unit, r.command()))
  assert.deepEqual(r.units.describeUnits([unit]), [])
  assert.equal(code(await r.onDuty(unit)), 'unit-not-found')
  assert.equal(await r.unit('巡13') === unit, false, 'its call sign is free again')
})

test('a diverted unit stays on the incident it was sent to, whichever event is heard first', async () => {
  const unit = await r.unit('巡14')
  ok(await r.onDuty(unit))
  const assigned = (assignment: string) => ({ type: 'unit-assigned', at: r.clock.now, assignment, unit, callSign: '', acknowledgeDueAt: 0, arriveSeconds: 1 })
  const diverted = { type: 'assignment-changed', at: r.clock.now, assignment: 'b1', unit, state: 'diverted', because: null, next: null }
  await r.dispatch('i2', assigned('b1'))
  await r.dispatch('i3', assigned('b2'))
  await r.dispatch('i2', diverted)
  const shown = r.units.describeUnits([unit])[0]!
  assert.deepEqual([shown.state, shown.incident, shown.assignment], ['ordered', 'i3', 'b2'])
  assert.equal(code(await r.offDuty(unit)), 'unit-assigned')
})

test('of a hundred dispatchers who put one member into twenty units at once, one succeeds', async () => {
  const units: string[] = []
  for (let n = 0; n < 20; n++) units.push(await r.unit(`并${n}`))
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, n) => goOnDuty(r.deps, desk, units[n % 20]!, { commandId: r.command(), crew: ['m100'] })),
  )
  assert.equal(outcomes.filter((outcome) => !isRefused(outcome)).length, 1)
  assert.equal(r.units.liveUnits().filter((unit) => unit.crew.some((member) => member.id === 'm100')).length, 1)
})

test('two units of an agency do not get one call sign, even at once', async () => {
  const make = () => createUnit(r.deps, admin, { commandId: r.command(), callSign: '同号', kind: 'car', agency: 'jx.guixi.a' })
  const outcomes = await Promise.all(Array.from({ length: 20 }, make))
  assert.deepEqual(
    [outcomes.filter((o) => !isRefused(o)).length, new Set(outcomes.filter(isRefused).map(code))],
    [1, new Set(['call-sign-taken'])],
  )
  await r.unit('同号', 'car', 'jx.guixi.b')
})

test('going off duty and being sent at the same moment never both happen', async () => {
  const unit = await r.unit('巡15')
  for (let round = 0; round < 10; round++) {
    ok(await r.onDuty(unit))
    const assignment = `c${round}`
    const send = r.journal.act({ id: r.command(), actor: desk, at: r.clock.now }, async (tx) => {
      const facts = await r.units.unitFacts(tx, unit)
      if (!facts!.onDuty) return { refused: 'unit-off-duty' }
      tx.append('incident/i4', 'jx.guixi', [{ type: 'unit-assigned', at: r.clock.now, assignment, unit } as JournalEvent])
      return { answer: null }
    })
    const [sent, ended] = await Promise.all([send, r.offDuty(unit)])
    assert.notEqual(isRefused(sent), isRefused(ended))
    if (!isRefused(sent)) {
      await r.dispatch('i4', { type: 'assignment-changed', at: r.clock.now, assignment, unit, state: 'cleared', because: null, next: null })
      ok(await r.offDuty(unit))
    }
    r.clock.now += 1
  }
})

test('unit facts: locked, with the newest place; nothing for a retired unit', async () => {
  const unit = await r.unit('巡16', 'foot')
  ok(await r.onDuty(unit))
  await r.report(unit, 117.3, 28.4)
  r.clock.now += 121 * SECOND
  const facts = await r.journal.act({ id: r.command(), actor: desk, at: 0 }, async (tx) => ({ answer: (await r.units.unitFacts(tx, unit)) ?? null }))
  assert.deepEqual(ok(facts), {
    id: unit, callSign: '巡16', kind: 'foot', agency: 'jx.guixi.xiongshi', capabilities: [], onDuty: true, stale: true, lon: 117.3, lat: 28.4,
  })
})

test('becoming stale reaches the live feed without any entry', async () => {
  const unit = await r.unit('巡17', 'motorcycle')
  ok(await r.onDuty(unit))
  await r.report(unit, 117.3, 28.4)
  const { handle } = r.units.describeUnits([unit])[0]!
  const frame = () => r.units.positions.find(handle)
  assert.equal(frame()?.stale, false)
  assert.ok([...r.units.positions.takeChanged()].includes(handle))
  assert.deepEqual([...r.units.positions.takeChanged()], [], 'each change is told once')
  r.clock.now += 31 * SECOND
  r.deps.live.tick()
  assert.equal(frame()?.stale, true)
  assert.ok([...r.units.positions.takeChanged()].includes(handle))
  ok(await r.offDuty(unit))
  assert.equal(frame(), undefined)
  assert.ok([...r.units.positions.takeChanged()].includes(handle))
})

test('a unit that goes on reporting never becomes stale, and once silent it does once, at its kind’s time', async () => {
  const unit = await r.unit('巡17乙', 'motorcycle')
  ok(await r.onDuty(unit))
  const { handle } = r.units.describeUnits([unit])[0]!
  const told: string[] = []
  for (let second = 0; second < 200; second++) {
    if (second < 100 && second % 7 === 0) await r.report(unit, 117.3 + second / 1e6, 28.4)
    r.units.positions.takeChanged()
    r.clock.now += SECOND
    r.deps.live.tick()
    if ([...r.units.positions.takeChanged()].includes(handle)) told.push(`${second + 1} ${r.units.positions.find(handle)?.stale}`)
  }
  // The last report was at second 98; at 129 it is more than 30 s old.
  assert.deepEqual(told, ['129 true'])
})

test('a paired device reports by its key; a new key kills the old; a removed device is not heard', async () => {
  const unit = await r.unit('巡18')
  ok(await r.onDuty(unit))
  const commandId = r.command()
  const paired = await pairDevice(r.deps, admin, { commandId, unit, label: '手机一' })
  assert.ok(!isRefused(paired))
  const again = await pairDevice(r.deps, admin, { commandId, unit, label: '手机一' })
  assert.ok(!isRefused(again))
  assert.equal(again.device.id, paired.device.id)
  assert.ok(paired.key !== null && again.key !== null)
  assert.equal(await findDeviceByKey(r.database, paired.key), undefined)
  const device = await findDeviceByKey(r.database, again.key)
  assert.equal(device?.unit, unit)
  const fix = { fixAt: r.clock.now, lon: 117.4, lat: 28.4 }
  assert.equal((await takeFromDevice(r.deps, 'en', device!, [fix])).accepted, 1)
  assert.equal((await takeFromDevice(r.deps, 'en', device!, [fix])).duplicates, 1)
  assert.equal((await r.report(unit, 117.4, 28.4)).accepted, 1, 'the same instant from another source is another fix')
  const viaId = await takePositions(r.deps, { actor: program, language: 'en' }, [{ ...fix, device: device!.id, fixAt: fix.fixAt + 1 }])
  assert.equal(viaId.accepted, 1)
  assert.equal(r.deps.devices.status(device!.number).seenAt, r.clock.now)

  const journalText = JSON.stringify(await r.journal.read(0, 100_000))
  assert.ok(!journalText.includes(again.key) && !journalText.includes(paired.key), 'no key in the journal')
  const kept = await r.database.query<{ text: string }>(`select string_agg(to_jsonb(t)::text, ' ') as text from units.device_key t`)
  assert.ok(!kept[0]!.text.includes(again.key), 'no key in the tables')

  assert.equal(code(await renewKey(r.deps, stranger, device!.id)), 'device-not-found')
  ok(await removeDevice(r.deps, admin, device!.id, r.command()))
  assert.equal(await findDeviceByKey(r.database, again.key), undefined)
})

test('an officer’s own phone comes with its key; asked again it gets another, which is written down; its seat over, its key is gone', async () => {
  const unit = await r.unit('巡18甲')
  ok(await r.onDuty(unit, 'm18'))
  const commandId = r.command()
  const first = await pairCrewPhone(r.deps, officer('m18'), commandId)
  assert.ok(!isRefused(first) && first.key !== null)
  assert.equal((await findDeviceByKey(r.database, first.key))?.id, first.device.id)
  const before = await r.journal.head()
  const again = await pairCrewPhone(r.deps, officer('m18'), commandId)
  assert.ok(!isRefused(again) && again.key !== null && again.device.id === first.device.id)
  assert.deepEqual((await r.journal.read(before, 10)).map(({ type, actor, data }) => [type, actor.account, data]), [['device-key-renewed', 'officer-m18', { device: first.device.id }]])
  assert.equal(await findDeviceByKey(r.database, first.key), undefined)
  ok(await r.offDuty(unit))
  assert.deepEqual(await r.database.query('select 1 from units.device_key where device = $1', [first.device.id]), [])
})

test('a look at a track is written down with its reason before anything is shown', async () => {
  const unit = await r.unit('巡19')
  ok(await r.onDuty(unit))
  const from = r.clock.now
  for (let n = 0; n < 5; n++) {
    await r.report(unit, 117.25 + n / 1024, 28.3)
    r.clock.now += 5 * SECOND
  }
  const wanted = { from, to: r.clock.now, reason: '复盘 3 号警情' }
  assert.equal(code(await viewTrack(r.deps, actor('far', 'commander', 'jx.yushan'), unit, wanted)), 'unit-not-found')
  assert.equal(code(await viewTrack(r.deps, desk, unit, wanted)), 'unit-not-found')
  assert.equal(code(await viewTrack(r.deps, commander, unit, { ...wanted, to: from })), 'track-backwards')
  const before = await r.journal.head()
  const track = await viewTrack(r.deps, commander, unit, wanted)
  assert.ok(!isRefused(track))
  assert.deepEqual(track.items.map((point) => point.lon), [0, 1, 2, 3, 4].map((n) => 117.25 + n / 1024))
  const [entry] = await r.journal.read(before, 10)
  assert.deepEqual([entry!.type, entry!.actor.account, entry!.data], ['track-viewed', 'commander', { from, to: r.clock.now, reason: '复盘 3 号警情' }])
})

test('many at once share commits, and every one of them is stored', async () => {
  const unit = await r.unit('巡20')
  ok(await r.onDuty(unit))
  r.clock.now += 1000 * SECOND
  const at = r.clock.now
  const taken = await Promise.all(Array.from({ length: 400 }, (_, n) => r.report(unit, 117.2, 28.3, at - n * 100)))
  assert.equal(taken.reduce((sum, one) => sum + one.accepted, 0), 400)
  const rows = await r.database.query<{ count: number; writes: number }>(
    `select count(*) as count, count(distinct p.xmin::text) as writes from units.position p join units.unit u on u.handle = p.unit where u.id = $1`,
    [unit],
  )
  assert.equal(rows[0]!.count, 400)
  assert.ok(rows[0]!.writes < 100, `${rows[0]!.writes} transactions`)
})

test('days are made ahead and on demand, and dropped when their last moment is too old', async () => {
  const own = await room({ retentionDays: 2 })
  try {
    const day = Math.floor(T0 / 86_400_000)
    assert.deepEqual(await listDays(own.database), Array.from({ length: 11 }, (_, n) => day - 3 + n))
    const unit = await own.unit('巡1')
    ok(await own.onDuty(unit))
    await own.report(unit, 117.2, 28.3)
    await own.units.keepPositions()
    assert.equal((await listDays(own.database))[0], day - 2, 'the day before yesterday ended less than 48 hours ago')
    own.clock.now += 30 * 86_400_000
    assert.equal((await own.report(unit, 117.2, 28.3)).accepted, 1, 'a day that nobody made ahead')
    await own.units.keepPositions()
    assert.equal((await listDays(own.database))[0], day + 28)
    const rows = await own.database.query<{ fix_at: number }>(`select fix_at from units.position`)
    assert.deepEqual(rows.map((row) => row.fix_at), [own.clock.now])
    assert.equal((await own.report(unit, 117.2, 28.3, own.clock.now - 49 * HOUR)).rejected[0]!.code, 'fix-too-old')
  } finally {
    await own.close()
  }
})

test('a registry that missed entries makes up for them from the tables', async () => {
  const other = await openUnits(r.needs)
  const unit = await r.unit('巡21')
  ok(await r.onDuty(unit, 'm21'))
  await r.report(unit, 117.2, 28.3)
  assert.deepEqual(other.describeUnits([unit]), [])
  const head = await r.journal.head()
  await other.hear(await r.journal.read(head - 1, 1))
  assert.deepEqual(other.describeUnits([unit]), r.units.describeUnits([unit]))
  assert.equal(other.describeUnits([unit])[0]!.lon, 117.2)
  await other.stop()
})

for (const seed of [1, 2, 3]) {
  test(`the registry rebuilt equals the registry lived, and replay gives the same rows (seed ${seed})`, async () => {
    const own = await room()
    try {
      await live(own, seed)
      const lived = own.deps.live.dump()
      const seen = own.units.liveUnits()
      const flagged = await own.database.query(`select 1 from units.position where flagged`)
      const types = new Set((await own.journal.read(0, 100_000)).map((entry) => entry.type))
      const happened = { flagged: flagged.length > 0, places: seen.some((unit) => unit.lon !== null), types: ['shift-started', 'crew-changed', 'shift-ended', 'unit-assigned', 'assignment-changed'].every((type) => types.has(type)) }
      assert.deepEqual(happened, { flagged: true, places: true, types: true }, `seed ${seed}: a life in which nothing happens proves nothing`)
      await own.units.rebuild()
      assert.deepEqual(own.deps.live.dump(), lived, `seed ${seed}`)
      assert.deepEqual(own.units.liveUnits(), seen, `seed ${seed}`)

      const rows = await own.dump()
      const replayed = await room()
      try {
        // The same facts, in their order, through the projections of an empty database.
        for (const entry of await own.journal.read(0, 100_000)) {
          const event = { ...entry.data, type: entry.type, at: entry.at } as JournalEvent
          await replayed.journal.act({ id: `replay-${entry.position}`, actor: desk, at: entry.at }, async (tx) => {
            tx.append(entry.stream, entry.agency, [event])
            return { answer: null }
          })
        }
        assert.deepEqual(await replayed.dump(), rows, `seed ${seed}`)
      } finally {
        await replayed.close()
      }
    } finally {
      await own.close()
    }
  })
}

/** A random while in the life of eight units: all that can happen to one, in any order, refused or not. */
async function live(own: Room, seed: number) {
  const random = seeded(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const units: string[] = []
  for (let n = 0; n < 8; n++) units.push(await own.unit(`巡${n}`, pick(['car', 'foot', 'e-bike', 'motorcycle'] as const)))
  const open = new Map<string, string>()
  for (let step = 0; step < 250; step++) {
    own.clock.now += Math.floor(random() * 20_000)
    const unit = pick(units)
    const crew = ['m1', 'm2', 'm3', 'm4', 'm5'].filter(() => random() < 0.3)
    const act = random()
    if (act < 0.12) await own.onDuty(unit, ...crew)
    else if (act < 0.17) await own.offDuty(unit)
    else if (act < 0.22) await seatCrew(own.deps, desk, unit, { commandId: own.command(), crew })
    else if (act < 0.25) await changeUnit(own.deps, admin, unit, { commandId: own.command(), callSign: pick(['甲', '乙', '丙', '丁']) })
    else if (act < 0.26) {
      if (!isRefused(await retireUnit(own.deps, admin, unit, own.command()))) units[units.indexOf(unit)] = await own.unit(`新${step}`)
    } else if (act < 0.35) {
      const view = own.units.describeUnits([unit])[0]
      if (view?.state !== 'free') continue
      open.set(unit, `a${step}`)
      await own.dispatch(`i${step}`, { type: 'unit-assigned', at: own.clock.now, assignment: `a${step}`, unit })
    } else if (act < 0.45) {
      if (open.size === 0) continue
      const [unit, assignment] = pick([...open])
      const state = pick(['acknowledged', 'en-route', 'on-scene', 'reported', 'cleared', 'cancelled'])
      await own.dispatch(`i${assignment.slice(1)}`, { type: 'assignment-changed', at: own.clock.now, assignment, unit, state })
      if (state.startsWith('c')) open.delete(unit)
    } else {
      const positions = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
        unit: pick(units),
        fixAt: own.clock.now + Math.floor((random() - 0.7) * 90_000),
        lon: 117.2 + random() * (random() < 0.2 ? 1 : 0.002),
        lat: 28.3 + random() * 0.002,
        speedKmh: random() * 80,
        courseDeg: random() * 360,
        accuracyMeters: random() * 40,
      }))
      await takePositions(own.deps, { actor: program, language: 'en' }, positions)
    }
  }
  await own.units.stop() // sweeps have been made
}
