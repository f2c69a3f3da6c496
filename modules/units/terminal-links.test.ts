/** Which of its connections a terminal is told through, and who is told nothing: on real sockets. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { encodeMessage } from '#gateways/jt808/downlink.ts'
import { answerBody, registrationBody } from '#test/jt808-terminal.ts'
import { actor, admin, car, clock, command, database, hello, jt808, ok, ports, unitOnDuty, units, until } from '#test/terminals-at-work.ts'
import { retireUnit } from './change-unit.ts'
import { goOffDuty } from './change-shift.ts'
import { commandTerminal } from './command-terminal.ts'
import { changeDevice, pairDevice, removeDevice } from './pair-device.ts'

const nothing = new Uint8Array()
type Terminal = Awaited<ReturnType<typeof jt808>>
const beat = async (terminal: Terminal) => assert.equal(await terminal.answerTo(terminal.say(0x0002, nothing)), 0)
const tell = (device: string, text: string) => commandTerminal(units.deps, admin, device, { commandId: command(), command: { type: 'text', text } }).then(ok)
/** What it is told next to say, which it then has said. */
async function spoken(terminal: Terminal): Promise<string> {
  const { id, serial, body } = await terminal.told(5000)
  assert.equal(id, 0x8300)
  terminal.say(0x0001, answerBody(serial, 0x8300))
  return new TextDecoder('gbk').decode(body.subarray(1))
}
const stateOf = async (device: number) => (await database.database.query<{ state: string }>('select state from units.downlink where device = $1 order by made_at desc, id desc limit 1', [device]))[0]!.state
const linksOf = (device: number) => units.deps.devices.status(device).links

test('a second connection that closes leaves the first one the terminal’s: what reports counts', async () => {
  const { device } = await car('7001')
  const first = await hello('7001')
  const second = await hello('7001')
  await until('both', () => linksOf(device.number) === 2)
  second.close()
  await until('one', () => linksOf(device.number) === 1)
  await tell(device.id, '一号')
  await beat(first)
  assert.equal(await spoken(first), '一号')
  first.close()
  await until('none', () => linksOf(device.number) === 0)
})

test('a datagram of the same number takes nothing from a connection that goes on reporting', async () => {
  const { device } = await car('7002')
  const terminal = await hello('7002')
  const udp = createSocket('udp4')
  udp.send(encodeMessage({ phone: '7002', version: '2013' }, 0x0002, nothing, 1)[0]!, ports.jt808!, '127.0.0.1')
  await once(udp, 'message')
  assert.equal(linksOf(device.number), 2)
  await beat(terminal)
  await tell(device.id, '二号')
  assert.equal(await spoken(terminal), '二号')
  udp.close()
  terminal.close()
})

test('what was told through one of two connections that both report is not told again through the other', async () => {
  const { device } = await car('7003')
  const one = await hello('7003')
  await tell(device.id, '三号')
  const { serial } = await one.told(5000)
  clock.now += 1000
  await beat(one) // before the other comes: else it would be taken for dead, as below
  const other = await hello('7003')
  await beat(other)
  await assert.rejects(other.told(1500), /no word/)
  one.say(0x0001, answerBody(serial, 0x8300))
  await until('answered', async () => (await stateOf(device.number)) === 'done')
  one.close()
  other.close()
})

test('what was told through a connection that says nothing more is told through the next at once', async () => {
  const { device } = await car('7004')
  const dead = await hello('7004')
  await tell(device.id, '四号')
  await dead.told(5000)
  clock.now += 1000
  const next = await hello('7004')
  assert.equal(await spoken(next), '四号')
  dead.close()
  next.close()
})

for (const [what, remove] of [
  ['a terminal that is removed', (device: string) => removeDevice(units.deps, admin, device, command())],
  [
    'the terminal of a unit that is retired',
    async (_: string, unit: string) => {
      ok(await goOffDuty(units.deps, actor('dispatcher'), unit, command()))
      return retireUnit(units.deps, admin, unit, command())
    },
  ],
] as const) {
  test(`${what} is told nothing more of what waited, and its connections end`, async () => {
    const phone = what.startsWith('a') ? '7005' : '7006'
    const { unit, device } = await car(phone)
    const terminal = await hello(phone)
    await tell(device.id, '旧令')
    const first = await terminal.told(5000)
    assert.equal(first.id, 0x8300) // and not answered: it would be told again
    const silent = await jt808(phone)
    await beat(silent)
    assert.equal(linksOf(device.number), 2)
    ok(await remove(device.id, unit))
    assert.equal(await stateOf(device.number), 'expired')
    for (const one of [terminal, silent]) await until('it is cut off', () => one.socket.destroyed)
    assert.equal(linksOf(device.number), 0, 'not less than none')

    const other = await unitOnDuty()
    const again = ok(await pairDevice(units.deps, admin, { commandId: command(), unit: other, label: '车载终端', protocol: 'jt808', terminal: phone, settings: { keepsFences: false } })).device
    const back = await hello(phone)
    clock.now += 11_000
    await tell(again.id, '新令')
    assert.equal(await spoken(back), '新令')
    await assert.rejects(back.told(1500), /no word/)
    assert.equal(linksOf(again.number), 1)
    back.close()
  })
}

test('a terminal that was removed is told nothing, also by whoever has not heard of it yet', async () => {
  const { device } = await car('7007')
  await database.database.query('update units.device set removed_at = 1 where id = $1', [device.id])
  assert.deepEqual(await commandTerminal(units.deps, admin, device.id, { commandId: command(), command: { type: 'locate' } }), { refused: 'device-not-found' })
})

test('who must show our token is told nothing without it, and takes nothing from whoever showed it', async () => {
  const { device } = await car('7008', { requiresToken: true })
  await tell(device.id, '五号')
  const terminal = await jt808('7008')
  assert.equal(await terminal.answerTo(terminal.say(0x0002, nothing)), 1)
  await assert.rejects(terminal.told(1500), /no word/)
  terminal.say(0x0100, registrationBody('2013', ''))
  const token = (await terminal.told()).body.subarray(3)
  assert.equal(await terminal.answerTo(terminal.say(0x0102, token)), 0)
  assert.equal(await spoken(terminal), '五号')
  const stranger = await jt808('7008')
  assert.equal(await stranger.answerTo(stranger.say(0x0002, nothing)), 1)
  await tell(device.id, '六号')
  assert.equal(await spoken(terminal), '六号')
  await assert.rejects(stranger.told(1500), /no word/)
  terminal.close()
  stranger.close()
})

test('a token that was shown is not given up for a registration; one that may not have arrived is', async () => {
  const { device, status } = await car('7010', { requiresToken: true })
  const terminal = await jt808('7010')
  const register = async (by: Terminal, plate = '') => {
    by.say(0x0100, registrationBody('2013', plate))
    const { body } = await by.told()
    return { result: body[2], token: body.subarray(3) }
  }
  const lost = await register(terminal)
  const { token } = await register(terminal)
  assert.equal(await terminal.answerTo(terminal.say(0x0102, lost.token)), 1)
  assert.equal(await terminal.answerTo(terminal.say(0x0102, token)), 0)
  const stranger = await jt808('7010')
  assert.deepEqual(await register(stranger), { result: 3, token: new Uint8Array() })
  assert.equal(status().tokenRefused, 2)
  const back = await jt808('7010')
  assert.equal(await back.answerTo(back.say(0x0102, token)), 0, 'the terminal’s own is alive')
  assert.equal((await register(back)).result, 0, 'whoever showed it may have another')

  // The administrator lets it register once more.
  const require = async (requiresToken: boolean, vehiclePlate: string | null = null) => ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { requiresToken, vehiclePlate } }))
  await require(false)
  const fresh = await jt808('7010')
  const given = await register(fresh)
  await require(true)
  assert.equal(await fresh.answerTo(fresh.say(0x0102, given.token)), 0)
  await require(true, '赣E·12345')
  assert.equal((await register(stranger)).result, 2)
  assert.equal((await register(stranger, '赣E·12345')).result, 0)
  for (const one of [terminal, stranger, back, fresh]) one.close()
})

test('a terminal of which the token is wanted from now on is told nothing until it shows it', async () => {
  const { device } = await car('7009')
  const terminal = await hello('7009')
  terminal.say(0x0100, registrationBody('2013', ''))
  const token = (await terminal.told()).body.subarray(3)
  ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { requiresToken: true } }))
  await tell(device.id, '七号')
  await assert.rejects(terminal.told(1500), /no word/)
  assert.equal(await terminal.answerTo(terminal.say(0x0102, token)), 0)
  assert.equal(await spoken(terminal), '七号')
  terminal.close()
})
