/** What is heard on a connection, and what of it may be shown to whoever diagnoses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { hexOf } from '../hex.ts'
import { Writer } from './bytes.ts'
import { splitFrame } from './codec.ts'
import { encodeMessage } from './downlink.ts'
import { frameSplitter, sealed } from './frame.ts'
import { jt808Talk } from './talk.ts'

const T = Date.UTC(2026, 10, 22, 8, 30, 15)
const terminal = { phone: '13912345678', version: '2013' } as const

/** A fix at a longitude of so many millionths. */
const location = (lon: number) => new Writer().u32(0).u32(3).u32(28_312_345).u32(lon).u16(45).u16(0).u16(90).time(T).done()

/** Cut anywhere by damage, a run of bytes may begin in the middle of what it must not show. */
function shownWhenDamaged(wire: Uint8Array): string[] {
  return [...wire.keys()].flatMap((at) =>
    [wire[at]! ^ 1, wire[at]! ^ 0x40, 0x7e].flatMap((byte) => {
      const damaged = Uint8Array.from(wire)
      damaged[at] = byte
      return jt808Talk(() => undefined).hear(damaged, T).filter(({ said }) => said.kind === 'malformed').map(({ shown }) => hexOf(shown.bytes))
    }),
  )
}

test('of a damaged frame no plate, no token and no number of a SIM card is shown', () => {
  const plate = new Writer().gbk('赣L·警1234').done()
  const register = (fields: readonly [number, number, number], version: '2013' | '2019') =>
    encodeMessage({ ...terminal, version }, 0x0100, new Writer().u16(36).u16(681).raw(new Uint8Array(fields[0] + fields[1] + fields[2])).u8(2).raw(plate).done(), 7)[0]!
  const imei = new Writer().gbk('490154203237518').done()
  const authenticate = encodeMessage({ ...terminal, version: '2019' }, 0x0102, new Writer().u8(4).gbk('abcd').raw(imei).raw(new Uint8Array(20)).done(), 8)[0]!
  for (const [wire, secret] of [[register([5, 8, 7], '2013'), plate], [register([5, 20, 7], '2013'), plate], [register([11, 30, 30], '2019'), plate], [authenticate, imei]] as const) {
    const shown = shownWhenDamaged(wire)
    assert.ok(shown.length > wire.length)
    for (let from = 0; from + 3 <= secret.length; from++) {
      for (const one of shown) assert.ok(!one.includes(hexOf(secret.subarray(from, from + 3))), one)
    }
  }
})

test('of a damaged frame that is whole the header is shown, without what follows', () => {
  const wire = encodeMessage(terminal, 0x0200, new Uint8Array(28), 7)[0]!
  wire[20]! ^= 0x10
  const [heard] = jt808Talk(() => undefined).hear(wire, T)
  assert.deepEqual([heard!.type, hexOf(heard!.shown.bytes), heard!.shown.more], ['malformed', '0200001c0139123456780007', 29])
})

/** What the platform says to one message of a terminal of 2019, as header and body. */
function answered(talk: ReturnType<typeof jt808Talk>, id: number, body: Uint8Array) {
  const [heard] = talk.hear(encodeMessage({ ...terminal, version: '2019' }, id, body, 9)[0]!, T)
  return heard!.answer({ result: 'done' }, T)
}
const idOf = (wire: Uint8Array) => {
  const split = splitFrame(frameSplitter().push(wire)[0]!)
  assert.ok('header' in split)
  return split
}

test('parts of ours that a terminal lost are sent again as they were; what is not kept is refused', () => {
  const talk = jt808Talk(() => undefined, 0xfffe)
  answered(talk, 0x0002, new Uint8Array())
  const text = '急'.repeat(1500)
  const { serial, frames } = talk.command({ type: 'text', text })!
  assert.deepEqual([serial, frames.length], [1, 3])
  const first = (serial - frames.length + 1) & 0xffff
  const asked = (of: number, ...parts: number[]) => parts.reduce((body, part) => body.u16(part), new Writer().u16(of).u16(parts.length)).done()
  assert.deepEqual(answered(talk, 0x0005, asked(first, 1, 3)).map(hexOf), [frames[0]!, frames[2]!].map(hexOf))
  // One byte of count, as some have it.
  assert.deepEqual(answered(talk, 0x0005, new Writer().u16(first).u8(1).u16(2).done()).map(hexOf), [hexOf(frames[1]!)])
  for (const unknown of [asked(first, 4), asked(first + 1, 1), asked(first)]) {
    const [refused] = answered(talk, 0x0005, unknown)
    assert.deepEqual([idOf(refused!).header.id, hexOf(idOf(refused!).body)], [0x8001, '0009' + '0005' + '01'])
  }
  for (let n = 0; n < 4; n++) talk.command({ type: 'text', text })
  assert.equal(idOf(answered(talk, 0x0005, asked(first, 1))[0]!).header.id, 0x8001, 'only the newest are kept')
})

const between = (delimiter: 0x7e | 0xe7, phone: string) => ({ phone, version: '2013', delimiter }) as const
const heardPlace = (talk: ReturnType<typeof jt808Talk>, ...chunks: Uint8Array[]) =>
  chunks.flatMap((chunk) => talk.hear(chunk, T)).flatMap(({ number, said, answer }) => (said.kind === 'report' ? [{ number, said, answered: answer({ result: 'done' }, T)[0]! }] : []))

test('between e7 the number has 7 bytes, and is answered in the same way', () => {
  const phone = '01391234567890'
  const wire = encodeMessage(between(0xe7, phone), 0x0200, location(0x3d3e3e), 7)[0]!
  assert.deepEqual([wire[0], wire.at(-1)], [0xe7, 0xe7])
  const [heard] = heardPlace(jt808Talk(() => undefined), wire)
  assert.equal(heard!.number, '1391234567890')
  assert.deepEqual([heard!.said.alarms, heard!.said.positions.map(({ lat, lon }) => [lat, lon])], [[], [[28.312345, 4.01363]]])
  const split = splitFrame(frameSplitter(0xe7).push(heard!.answered)[0]!, { delimiter: 0xe7 })
  assert.ok('header' in split)
  assert.deepEqual([split.header.id, split.header.phone, hexOf(split.body)], [0x8001, phone, '0007020000'])
  // One that has 6 all the same is known by its length.
  const [short] = heardPlace(jt808Talk(() => undefined), encodeMessage(between(0xe7, '013912345678'), 0x0200, location(0), 7)[0]!)
  assert.equal(short!.number, '13912345678')
})

test('noise before the first frame deafens no connection, whichever delimiter it looks like', () => {
  const noise = { e7: Uint8Array.of(0xe7, 0x01), '7e': Uint8Array.of(0x7e, 0x01, 0x7e), both: Uint8Array.of(0xe7, 0x7e, 0xe7) }
  for (const delimiter of [0x7e, 0xe7] as const) {
    const wire = encodeMessage(between(delimiter, delimiter === 0x7e ? '013912345678' : '01391234567890'), 0x0200, location(0), 7)[0]!
    for (const [name, bytes] of Object.entries(noise)) {
      assert.equal(heardPlace(jt808Talk(() => undefined), bytes, wire, wire).length, 2, `${name}, then ${delimiter.toString(16)}`)
      assert.equal(heardPlace(jt808Talk(() => undefined), Buffer.concat([bytes, wire]), wire).length, 2, `${name} and ${delimiter.toString(16)}`)
    }
  }
})

test('the level of the battery, as makers attach it: captured levels, and what is none', () => {
  const battery = (tail: string, id = 0x0200) => jt808Talk(() => undefined).hear(encodeMessage(terminal, id, Uint8Array.from([...(id === 0x0200 ? location(0) : []), ...Buffer.from(tail, 'hex')]), 7)[0]!, T)[0]!.battery
  for (const [tail, percent] of [
    ['06013e', 62], ['e4020063', 99], ['e4020056', 86], ['e3060064019a0000', 100], ['56020900', 90], ['fe0145', 69], ['d40164', 100], ['e1012d', 45],
    ['eb29000c00b28986049910219020787400060089ffffffff000600c5ffffffef0004002d0f4e000300a84c', 76], ['eb0a000300e164000300e301', 100],
    ['e306000005050000', undefined], ['d401ff', undefined], ['fe02001e', undefined], ['e10400735443', undefined], ['06020012', undefined], ['310109', undefined],
  ] as const) assert.equal(battery(tail), percent, tail)
  assert.equal(battery('4f260618022957', 0x0210), 79)
  const batch = (backfill: number) => new Writer().u16(1).u8(backfill).u16(31).raw(location(0)).raw([0x06, 1, 62]).done()
  const heard = [0, 1].map((backfill) => jt808Talk(() => undefined).hear(encodeMessage(terminal, 0x0704, batch(backfill), 7)[0]!, T)[0]!.battery)
  assert.deepEqual(heard, [62, undefined])
})

test('whatever arrives between either delimiter, a connection hears it and its answers are frames', () => {
  const random = seeded(809)
  let heardFrames = 0
  for (let round = 0; round < 3000; round++) {
    const talk = jt808Talk(() => undefined)
    const delimiter = random() < 0.5 ? 0x7e : 0xe7
    const ids = [0x0001, 0x0002, 0x0005, 0x0100, 0x0102, 0x0200, 0x0201, 0x0210, 0x0704, 0x0801, 0x0900, 0x5501]
    for (let frame = 0; frame < 3; frame++) {
      const content = Uint8Array.from({ length: 12 + Math.floor(random() * 60) }, () => Math.floor(random() * 256))
      const id = ids[Math.floor(random() * ids.length)]!
      content.set([id >> 8, id & 0xff, Math.floor(random() * 256) & 0x40, content.length - [12, 13, 17][Math.floor(random() * 3)]! & 0xff])
      const noise = random() < 0.3 ? Uint8Array.from({ length: 20 }, () => Math.floor(random() * 256)) : new Uint8Array()
      for (const heard of talk.hear(Buffer.concat([noise, sealed(content, delimiter)]), T)) {
        heardFrames++
        assert.ok(heard.battery === undefined || (heard.battery >= 0 && heard.battery <= 100))
        for (const wire of heard.answer({ result: 'done' }, T)) assert.ok([0x7e, 0xe7].includes(wire[0]!) && wire.at(-1) === wire[0])
      }
    }
  }
  assert.ok(heardFrames > 3000, `only ${heardFrames}`)
})
