/** Orders and commands in the car: read out, asked, answered by the crew, withdrawn. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Writer } from '#gateways/jt808/bytes.ts'
import { isRefused } from '#kernel/decision.ts'
import { answerBody } from '#test/jt808-terminal.ts'
import { acknowledged, admin, car, clock, command, database, desk, hello, journal, jt808, ok, over, place, spoken, units, until, world } from '#test/terminals-at-work.ts'
import { commandTerminal } from './command-terminal.ts'

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

test('an answer that names another message of the same serial answers nothing; one that names none is believed', async () => {
  const { device } = await car('8201')
  const terminal = await hello('8201')
  const state = async (id: string) => (await database.database.query<{ state: string }>('select state from units.downlink where id = $1', [id]))[0]!.state
  const told = async (wanted: { type: 'track'; everySeconds: number; forSeconds: number } | { type: 'locate' }) => {
    ok(await commandTerminal(units.deps, admin, device.id, { commandId: command(), command: wanted }))
    const { serial } = await terminal.told()
    return { serial, id: (await database.database.query<{ id: string }>('select id from units.downlink where device = $1 order by made_at desc, id desc limit 1', [device.number]))[0]!.id }
  }
  const track = await told({ type: 'track', everySeconds: 5, forSeconds: 600 })
  terminal.say(0x0001, answerBody(track.serial, 0x8104))
  terminal.say(0x0201, new Writer().u16(track.serial).raw(place()).done())
  assert.equal(await terminal.answerTo(terminal.say(0x0002, new Uint8Array())), 0)
  assert.equal(await state(track.id), 'sent')
  terminal.say(0x0001, answerBody(track.serial, 0x8202))
  await until('the answer to it', async () => (await state(track.id)) === 'done')

  clock.now += 1000
  const locate = await told({ type: 'locate' })
  terminal.say(0x0201, new Writer().u16(locate.serial).raw(place()).done())
  await until('the place that was asked for', async () => (await state(locate.id)) === 'done')

  clock.now += 1000
  const again = await told({ type: 'track', everySeconds: 5, forSeconds: 600 })
  terminal.say(0x0001, answerBody(again.serial, 0))
  await until('an answer to nothing by name', async () => (await state(again.id)) === 'done')
  terminal.close()
})

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
  world.isDown = true
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
  world.isDown = false
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
