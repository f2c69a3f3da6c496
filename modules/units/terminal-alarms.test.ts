/** What terminals call for and warn of, from their sockets to the watch room and back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Actor } from '#kernel/actor.ts'
import { admin, call, calls, car, clock, command, database, desk, hello, journal, jt808, ok, openCall, place, units } from '#test/terminals-at-work.ts'
import type { StandingAlarmView } from './contract.ts'
import { pairDevice } from './pair-device.ts'
import { isShown } from './standing-alarms.ts'

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

test('alarms of one device are asked for by themselves, however many others have newer ones', async () => {
  const [{ device }, loud] = [await car('830'), await car('831')]
  const terminal = await hello('830')
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ alarm: 2 ** 8 }))), 0)
  const query = `insert into units.alarm (device, unit, taken_at, name, began_at, ended_at)
    select $1, u.handle, $2::bigint, 'power-cut', $2 + n, $2 + n from units.unit u, generate_series(1, 200) n where u.id = $3`
  await database.database.query(query, [loud.device.number, clock.now, loud.unit])
  const alarms = async (querystring: object, by: Actor = desk) => (await call(by, 'GET', '/api/units/alarms', { querystring })).body?.items.map((one: { device: string; name: string }) => [one.device, one.name])
  assert.equal((await alarms({})).some(([of]: string[]) => of === device.id), false, 'the newest 200 are of the other')
  assert.deepEqual(await alarms({ device: device.id }), [[device.id, 'power-cut']])
  assert.deepEqual(await alarms({ device: device.id, since: clock.now + 1 }), [])
  assert.equal((await alarms({ device: loud.device.id })).length, 200)
  const stranger = { ...desk, grants: [{ role: 'dispatcher' as const, agency: 'jx.other' }] }
  assert.equal((await call(stranger, 'GET', '/api/units/alarms', { querystring: { device: device.id } })).refused, 'device-not-found')
  terminal.close()
})
