/** Fences on their way to terminals on real sockets, and their answers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerBody } from '#test/jt808-terminal.ts'
import { admin, car, circle, clock, command, database, hello, jt808, ok, route, triangle, units, until, world } from '#test/terminals-at-work.ts'
import { commandTerminal } from './command-terminal.ts'
import { toldViews } from './devices-routes.ts'
import { newDownlink } from './downlink.ts'
import { addDownlinks, listDownlinks } from './downlink-store.ts'
import { changeDevice } from './pair-device.ts'
import { tellFences } from './terminal-fences-store.ts'

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
  world.fences = [{ ...circle, geometry: { type: 'Point', coordinates: [117.2, 28.3], radiusMeters: 300 } }]
  try {
    units.fencesChanged()
    assert.deepEqual(await keep(terminal, 5), [0x8601, 0x8603, 0x8605, 0x8607, 0x8600])
    await until('the other set is held', async () => (await heldBy(device.number))!.held !== before)
    world.fences = []
    units.fencesChanged()
    assert.deepEqual(await keep(terminal, 4), [0x8601, 0x8603, 0x8605, 0x8607])
    await until('nothing is held', async () => (await heldBy(device.number))!.held === 'none')
    assert.equal((await heldBy(device.number))!.count, 0)
  } finally {
    world.fences = [circle, triangle, route]
  }
  terminal.close()
})

test('when the hours of a fence are over the terminal gets the next ones', async () => {
  const { device } = await car('8602', { keepsFences: true })
  const [from, until24] = ['00:00', '23:59']
  world.fences = [{ ...circle, hours: { days: [1, 2, 3, 4, 5, 6, 7], from, until: until24 } }]
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
    world.fences = [circle, triangle, route]
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

test('who shall keep no fences any more deletes ours, now or when it comes, and once', async () => {
  const { device } = await car('8608', { keepsFences: true })
  const keeps = async (keepsFences: boolean) => ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { keepsFences } }))
  const holds = async () => (await heldBy(device.number))?.count
  const terminal = await hello('8608')
  await keep(terminal, 7)
  await until('held', async () => (await holds()) === 3)
  await keeps(false)
  assert.deepEqual(await keep(terminal, 4), [0x8601, 0x8603, 0x8605, 0x8607])
  await until('nothing is held', async () => (await holds()) === 0)
  await keeps(true)
  await keep(terminal, 7)
  await until('held again', async () => (await holds()) === 3)
  terminal.close()
  await until('it is gone', () => units.deps.devices.status(device.number).links === 0)
  await keeps(false)
  const back = await hello('8608')
  assert.deepEqual(await keep(back, 4), [0x8601, 0x8603, 0x8605, 0x8607])
  await until('nothing is held', async () => (await holds()) === 0)
  units.fencesChanged()
  await assert.rejects(back.told(2500), /no word/)
  ok(await commandTerminal(units.deps, admin, device.id, { commandId: command(), command: { type: 'areas' } }))
  assert.deepEqual(await keep(back, 4), [0x8601, 0x8603, 0x8605, 0x8607], 'sent again by a person it is still none')
  back.close()
})

test('a set of many messages, and answers to alarms, crowd nothing out of what a terminal was told', async () => {
  const { device } = await car('8609')
  await addDownlinks(database.database, [newDownlink({ id: 'a-text', device: device.number, command: { type: 'text', text: '早' } }, clock.now, 1000)])
  clock.now += 1000
  const set = { digest: 'many', count: 120, leftOut: 0, renewAt: null, messages: Array.from({ length: 120 }, (_, area) => ({ type: 'set-circles', area })) }
  assert.equal(await tellFences(database.database, device.number, set, clock.now), true)
  clock.now += 1000
  await addDownlinks(database.database, Array.from({ length: 60 }, (_, n) => newDownlink({ id: `yes-${n}`, device: device.number, command: { type: 'confirm-alarm', alarms: ['emergency'] } }, clock.now, 1000)))
  const told = await listDownlinks(database.database, device.number, 50)
  assert.deepEqual([told.length, told.at(-1)!.id], [121, 'a-text'])
  assert.deepEqual(toldViews(told).map(({ command }) => command.type), ['areas', 'text'])
  assert.deepEqual((await listDownlinks(database.database, device.number, 1)).length, 120)
})

test('a hundred terminals that come back at once begin to be told twenty a second', async () => {
  const devices: number[] = []
  // one after another: on a busy machine a hundred at once wait longer for a connection than one may
  for (let n = 0; n < 100; n++) devices.push((await car(`99${String(n).padStart(3, '0')}`, { keepsFences: true })).device.number)
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
