/** Phones that knock, are adopted, removed and adopted again; and who gave them their keys. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefused } from '#kernel/decision.ts'
import { actor, admin, car, clock, command, database, journal, ok, ports, unitOnDuty, units } from '#test/terminals-at-work.ts'
import { retireUnit } from './change-unit.ts'
import { goOffDuty } from './change-shift.ts'
import { findDeviceByKey } from './devices-store.ts'
import { adoptStranger, pairDevice, removeDevice, renewKey } from './pair-device.ts'

const report = async (key: string) => (await fetch(`http://127.0.0.1:${ports.osmand}/?id=${key}&lat=28.29&lon=117.21&timestamp=${Math.floor(clock.now / 1000)}`)).status
/** What the room is shown of a phone that reports with a key that nobody knows. */
async function knocked(key: string) {
  await report(key)
  return units.deps.strangers.list().find(({ secretOrNumber }) => secretOrNumber === key)!.id
}
const adopt = (stranger: string, unit: string, commandId = command()) => adoptStranger(units.deps, admin, stranger, { commandId, unit, label: '手机' })
const living = async (unit: string) => (await database.database.query<{ id: string }>('select id from units.device where unit = $1 and removed_at is null', [unit])).map(({ id }) => id)
const keysOf = async (device: string) => (await database.database.query('select 1 from units.device_key where device = $1', [device])).length

test('a phone that was removed is adopted again, with the key that it has', async () => {
  const unit = await unitOnDuty()
  const first = ok(await adopt(await knocked('its-own-key-1'), unit)).device
  ok(await removeDevice(units.deps, admin, first.id, command()))
  assert.equal(await keysOf(first.id), 0)
  const commandId = command()
  const stranger = await knocked('its-own-key-1')
  const again = ok(await adopt(stranger, unit, commandId)).device
  assert.notEqual(again.id, first.id)
  assert.equal((await findDeviceByKey(database.database, 'its-own-key-1'))?.id, again.id)
  assert.deepEqual(await living(unit), [again.id])
  // A client that lost the answer says it again, and the phone is the same.
  units.deps.strangers.note('phone', 'its-own-key-1', 'osmand') // at a node that has not heard of it yet
  const same = ok(await adopt(await knocked('its-own-key-1'), unit, commandId)).device
  assert.equal(same.id, again.id)
  assert.equal(await report('its-own-key-1'), 200)
})

test('a phone of a unit that was retired is adopted by another', async () => {
  const unit = await unitOnDuty()
  const { device } = ok(await adopt(await knocked('its-own-key-2'), unit))
  ok(await goOffDuty(units.deps, actor('dispatcher'), unit, command()))
  ok(await retireUnit(units.deps, admin, unit, command()))
  assert.equal(await keysOf(device.id), 0)
  const other = await unitOnDuty()
  assert.equal(ok(await adopt(await knocked('its-own-key-2'), other)).device.unit, other)
})

test('two who adopt one phone at once: one does, and the other is told; no dead device is left', async () => {
  const [one, other] = [await unitOnDuty(), await unitOnDuty()]
  const stranger = await knocked('its-own-key-3')
  const outcomes = await Promise.all([adopt(stranger, one), adopt(stranger, other)])
  assert.deepEqual(outcomes.filter(isRefused).map(({ refused }) => refused), ['key-taken'])
  const devices = [...(await living(one)), ...(await living(other))]
  assert.deepEqual(devices, [(await findDeviceByKey(database.database, 'its-own-key-3'))!.id])
})

test('a key that a node of the version before left behind is in nobody’s way', async () => {
  const unit = await unitOnDuty()
  const { device } = ok(await adopt(await knocked('its-own-key-4'), unit))
  await database.database.query('update units.device set removed_at = 1 where id = $1', [device.id])
  ok(await adopt(await knocked('its-own-key-4'), await unitOnDuty()))
})

test('a phone without its key is never in the registry: who gave a key is in the journal, and the key is not', async () => {
  const unit = await unitOnDuty()
  const { device, key } = ok(await pairDevice(units.deps, admin, { commandId: command(), unit, label: '手机' }))
  const before = await journal.head()
  const renewed = ok(await renewKey(units.deps, admin, device.id))
  assert.notEqual(renewed.key, key)
  const [entry, ...more] = await journal.read(before, 10)
  assert.deepEqual([more, entry!.type, entry!.stream, entry!.actor.account, entry!.data], [[], 'device-key-renewed', `unit/${unit}`, 'administrator', { device: device.id }])
  const terminal = await car('4711')
  assert.deepEqual(await renewKey(units.deps, admin, terminal.device.id).then((outcome) => isRefused(outcome) && outcome.refused), 'device-without-key')
})
