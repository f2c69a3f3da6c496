import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { seeded } from '#core/random.ts'
import { decodeFrame, encodeAnswer, encodeCommand, encodeTime, type Gt06Message } from './codec.ts'
import { FRAME_BYTES_MAX, frameSplitter, sealed } from './frame.ts'
import { translate } from './translate.ts'

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** The frames of one stretch of bytes, what is left over included. */
function framesIn(wire: Uint8Array): Uint8Array[] {
  const splitter = frameSplitter()
  const frames = splitter.push(wire)
  return splitter.rest().length > 0 ? [...frames, splitter.rest()] : frames
}
function messageOf(wire: Uint8Array): Gt06Message {
  const frames = framesIn(wire)
  assert.equal(frames.length, 1)
  const decoded = decodeFrame(frames[0]!)
  assert.ok('message' in decoded, JSON.stringify(decoded))
  return decoded.message
}
const said = (kind: number, hex: string) => messageOf(sealed(kind, bytesOf(hex), 1))

// ——— what real devices send ———

type Fix = { at: string; lat: number; lon: number; speedKmh: number; courseDeg: number; valid: boolean }
type Captured = { n: number; hex: string; fix?: Fix | null }
const captured = (JSON.parse(readFileSync(new URL('./frames/captured.json', import.meta.url), 'utf8')) as { frames: Captured[] }).frames
const rounded = (degrees: number) => Math.round(degrees * 1e6) / 1e6

for (const { n, hex, fix } of captured.filter((frame) => frame.fix !== undefined)) {
  test(`GT06, captured frame ${n}: ${fix ? 'the place that another decoder reads' : 'no place'}`, () => {
    const read = messageOf(bytesOf(hex)).fixes.map(({ at, lat, lon, speedKmh, courseDeg, valid }) => ({ at: new Date(at!).toISOString(), lat: rounded(lat), lon: rounded(lon), speedKmh, courseDeg, valid }))
    assert.deepEqual(read, fix ? [{ ...fix, at: new Date(fix.at).toISOString() }] : [])
  })
}

const frame = (n: number) => bytesOf(captured.find((each) => each.n === n)!.hex)
test('alarms: of the alarm byte, of the status bits, of cameras, and without a place', () => {
  for (const [n, alarms] of [[64, ['vibration']], [82, ['emergency']], [156, ['overspeed']], [162, ['harsh-acceleration']], [174, ['harsh-braking']], [24, ['tamper']], [170, []], [146, []]] as const) {
    assert.deepEqual(messageOf(frame(n)).alarms, alarms, `frame ${n}`)
  }
})

test('the height stands before serial and check code, where another decoder reads the check code', () => {
  assert.equal(messageOf(frame(20)).fixes[0]!.altitudeMeters, 687)
})

test('a frame whose check code is wrong is refused with both codes', () => {
  assert.deepEqual(decodeFrame(frame(36)), { malformed: { path: 'check code', found: '8a64', expected: 'ffba' } })
})

const shared = process.env.GENGFU_MAPS && join(process.env.GENGFU_MAPS, 'gt06-frames', 'frames.json')
test('every captured frame at hand: a place where there is one, none where there must be none, no identifier', { skip: shared && existsSync(shared) ? false : 'no captured frames at hand' }, () => {
  const { messages } = JSON.parse(readFileSync(shared as string, 'utf8')) as { messages: { n: number; hex: string; traccar_expected: { decodes_to?: string | null } }[] }
  let refused = 0
  for (const { n, hex, traccar_expected } of messages) {
    const decoded = decodeFrame(framesIn(bytesOf(hex))[0]!)
    if ('malformed' in decoded) {
      assert.equal(decoded.malformed.path, 'check code', `frame ${n}`)
      refused++
      continue
    }
    const { fixes, ...rest } = decoded.message
    if (traccar_expected.decodes_to === 'position') {
      assert.equal(fixes.length, 1, `frame ${n}`)
      assert.ok(Math.abs(fixes[0]!.lat) > 1 && new Date(fixes[0]!.at!).getUTCFullYear() > 2010, `frame ${n}`)
    }
    if (traccar_expected.decodes_to === null) assert.equal(fixes.length, 0, `frame ${n}`)
    for (const secret of hex.match(/89[0-9]{17}/g) ?? []) assert.ok(!JSON.stringify(rest).includes(secret), `frame ${n}`)
  }
  assert.ok(refused < messages.length / 10, `${refused} refused`)
})

// ——— the wire ———

test('the login of the maker’s document, and our answer to it', () => {
  const wire = bytesOf('78780d01012345678901234500018cdd0d0a')
  const message = messageOf(wire)
  assert.deepEqual([message.type, message.device, message.serial, message.zoneMinutes], ['login', '123456789012345', 1, undefined])
  assert.equal(hexOf(encodeAnswer(message)), '787805010001d9dc0d0a')
})

test('the login says what zone its clock is set to', () => {
  for (const [bits, minutes] of [['3202', 480], ['1900', 240], ['190a', -240], ['0000', 0], ['2120', 330]] as const) {
    assert.equal(said(0x01, `01234567890123450001${bits}`).zoneMinutes, minutes, bits)
  }
})

test('however a stream is cut, the frames are those that were sent', () => {
  const body = fc.uint8Array({ maxLength: 300 }).filter((bytes) => !hexOf(bytes).includes('0d0a'))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(255), body), { minLength: 1, maxLength: 5 }), fc.array(fc.nat(30), { minLength: 1 }), (sent, cuts) => {
      const frames = sent.map(([kind, bytes], serial) => sealed(kind, bytes, serial))
      const wire = Buffer.concat(frames)
      const splitter = frameSplitter()
      const cut: Uint8Array[] = []
      for (let at = 0, turn = 0; at < wire.length; turn++) {
        const length = 1 + cuts[turn % cuts.length]!
        cut.push(...splitter.push(wire.subarray(at, at + length)))
        at += length
      }
      assert.deepEqual(cut.map(hexOf), frames.map(hexOf))
      assert.equal(splitter.rest().length, 0)
      for (const [index, one] of cut.entries()) {
        const decoded = decodeFrame(one)
        assert.ok('message' in decoded)
        assert.deepEqual([decoded.message.kind, decoded.message.serial], [sent[index]![0], index])
      }
    }),
    { seed: 6, numRuns: 300 },
  )
})

test('noise, a lost last byte and a wrong length cost one frame at most', () => {
  const good = frame(146)
  const lost = frame(146).slice(0, -1)
  const wrong = Uint8Array.from(frame(146)).fill(0x40, 2, 3)
  const wire = Buffer.concat([bytesOf('0078aa'), good, lost, good, wrong, good, good])
  const read = framesIn(wire).filter((each) => 'message' in decodeFrame(each))
  assert.ok(read.length >= 5, `${read.length}`)
})

test('a flood without an end does not grow', () => {
  const splitter = frameSplitter()
  for (let i = 0; i < 200; i++) {
    splitter.push(Uint8Array.from({ length: 1000 }, (_, at) => (at % 5 ? 0x78 : 0x79)))
    assert.ok(splitter.rest().length <= FRAME_BYTES_MAX + 1000)
  }
  assert.ok(framesIn(Buffer.concat([Buffer.alloc(100_000, 0x79), frame(146)])).some((each) => 'message' in decodeFrame(each)))
})

// ——— bodies ———

const T = Date.UTC(2026, 10, 22, 8, 30, 15)
/** Year, month, day, hour, minute, second, satellites, latitude, longitude, speed, flags. */
function block(lat: number, lon: number, speed: number, flags: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  return `1a0b16081e0fcc${hex(lat, 8)}${hex(lon, 8)}${hex(speed, 2)}${hex(flags, 4)}`
}

test('a place is read to the last digit, whatever its values', () => {
  fc.assert(
    fc.property(fc.constantFrom(0x10, 0x11, 0x12, 0x22, 0x16, 0x26, 0xa0), fc.nat(90 * 1_800_000), fc.nat(180 * 1_800_000), fc.nat(255), fc.nat(359), fc.nat(63), (kind, lat, lon, speed, course, bits) => {
      const flags = course | (bits << 10)
      const [fix] = said(kind, block(lat, lon, speed, flags)).fixes
      const round = (degrees: number) => Math.round(degrees * 1e7) / 1e7
      assert.deepEqual(fix, {
        at: T, lat: lat && round(bits & 1 ? lat / 1.8e6 : -lat / 1.8e6), lon: lon && round(bits & 2 ? -lon / 1.8e6 : lon / 1.8e6),
        speedKmh: speed, courseDeg: course, altitudeMeters: undefined, valid: (bits & 4) > 0,
      })
    }),
    { seed: 12, numRuns: 500 },
  )
})

test('kinds that share a number are told apart by length', () => {
  const place = block(42_000_000, 210_000_000, 10, 0x1400)
  assert.equal(said(0x24, place + '00'.repeat(23)).fixes.length, 1)
  assert.equal(said(0x24, place + '00'.repeat(30)).fixes.length, 0)
  assert.equal(said(0xa3, place + '00'.repeat(10)).type, 'location')
  assert.equal(said(0xa3, '46000106640c01').type, 'status')
  assert.deepEqual(said(0x22, `010123456789012345${'1a0b16081e0f'}${place}`).device, '123456789012345')
})

test('a cell between place and alarm is passed over by its length, whatever that counts', () => {
  const place = block(42_000_000, 210_000_000, 10, 0x1400)
  for (const [layout, kind, cell, behind = '4606040102'] of [
    ['counts itself', 0x26, '0901cc00287d001f71'],
    ['does not', 0x26, '0801cc00287d001f71'],
    ['4G', 0x26, '1001cc0100009a00000000000a6f2401'],
    ['two bytes of network', 0x32, '0a02d4000ac3c70dbdc40b'],
    ['two bytes of network, as the country says', 0x26, '0a81cc0000287d001f7100'],
    ['the same, counted as one', 0x26, '0981cc0000287d001f71'],
    ['ten that count themselves', 0x26, '0a01cc00287d001f7100'],
    ['four bytes of cell', 0x16, '0901cc00287d00001f71'],
    ['a fence behind', 0x27, '0901cc00287d001fb8', '440604010203'],
    ['no cell', 0x26, '00', '4406040102'],
    ['no cell, and zeros for it', 0x26, '00'.repeat(46), '4406040102'],
  ] as const) {
    assert.deepEqual(said(kind, `${place}${cell}${behind}`).alarms, ['emergency'], layout)
  }
})

test('the alarm byte of a heartbeat; where a voltage stands before it, its signal is no alarm', () => {
  for (const [body, alarms] of [
    ['4406040102', ['emergency']], ['4406040001', []], ['5406040202', ['power-cut']], ['6400000102', ['emergency']],
    ['0604ea0400', []], ['460b120400', []], ['4605010100', []], ['460504', []], ['5c', ['battery-low']],
  ] as const) assert.deepEqual(said(0x13, body).alarms, alarms, body)
})

test('a camera’s alarm 0x01 is an SOS with a place, and without one an alarm of no kind', () => {
  assert.deepEqual(said(0x95, '1a0b16081e0f0280de800c8458801400' + '01').alarms, ['emergency'])
  assert.deepEqual(said(0x95, '1a0b16081e0f' + '01').alarms, ['event-01'])
  assert.deepEqual(said(0x95, '1a0b16081e0f' + '90').alarms, ['harsh-acceleration'])
})

test('the status of a person’s tracker stands behind its cells, as captured frames 112 and 116 have them', () => {
  const status = (kind: number, cells: string, byte: string) => messageOf(sealed(kind, bytesOf(`110707083819${cells}${byte}00`), 1, true)).alarms
  const cells = `000901fe0a060f006a1e3f24${'00'.repeat(36)}00`
  const withNetwork = `000901fe0a007c0009112424007c000912230081004efe1e00c500100f12${'00'.repeat(18)}0710bef565574e37`
  const withPlace = `0cc80280de800c8458801e145a00${'0000'}`
  for (const before of [cells, withNetwork, withPlace]) {
    for (const [byte, alarms] of [['a2', ['battery-low']], ['a3', ['battery-low']], ['a5', ['illegal-door']], ['a0', []], ['a4', []], ['00', []]] as const) {
      assert.deepEqual(status(0x33, before, byte), alarms, byte)
    }
  }
  assert.deepEqual(status(0x32, cells, 'a2'), [])
})

test('modules of kind 0x70: place in seconds since 1970, and an alarm', () => {
  const { fixes, alarms } = messageOf(sealed(0x70, bytesOf('00000001020033001266e3c0b508002d' + '0280de80' + '0c845880' + '1e' + '145a' + '002b000113'), 1, true))
  assert.deepEqual(fixes, [{ at: 0x66e3c0b5 * 1000, lat: 23.3333333, lon: 116.6666667, speedKmh: 30, courseDeg: 90, altitudeMeters: 45, valid: true }])
  assert.deepEqual(alarms, ['power-cut'])
})

test('a place in words, and one in the length of a person’s tracker', () => {
  const text = Buffer.from('Current position!Lat:S22.577285,Lon:E113.916167,Course:12.5,Speed:3.0,DateTime:2026-11-22  08:30:15').toString('hex')
  assert.deepEqual(messageOf(sealed(0x21, bytesOf(`0000000001${text}`), 1, true)).fixes, [
    { at: T, lat: -22.577285, lon: 113.916167, courseDeg: 12.5, speedKmh: 3, altitudeMeters: undefined, valid: true },
  ])
  const place = block(42_000_000, 210_000_000, 10, 0x1400)
  assert.equal(messageOf(sealed(0x32, bytesOf(`${place.slice(0, 12)}0c${place.slice(12)}00`), 1, true)).fixes[0]!.lat, 23.3333333)
  assert.deepEqual(messageOf(sealed(0x32, bytesOf(`${place.slice(0, 12)}00${'00'.repeat(20)}`), 1, true)).fixes, [])
})

test('what we send: the time, a command', () => {
  const time = messageOf(encodeTime({ kind: 0x8a, serial: 6 }, T))
  assert.deepEqual([time.type, time.serial], ['time-request', 6])
  assert.equal(hexOf(encodeTime({ kind: 0x8a, serial: 6 }, T)).slice(0, 20), '78780b8a1a0b16081e0f')
  assert.equal(hexOf(encodeCommand('WHERE#', 1, 3)).slice(0, -8), '787812800a00000001574845524523000' + '20003')
})

test('translate: places that stand, in UTC when the clock’s zone is known', () => {
  const message = said(0x26, `${block(42_000_000, 210_000_000, 10, 0x145a)}0901cc00287d001f714606040102`)
  const position = { fixAt: T, lat: 23.3333333, lon: 116.6666667, speedKmh: 10, courseDeg: 90 }
  assert.deepEqual(translate(message, 0), { positions: [position], alarms: [{ name: 'emergency', at: T }], unusable: [] })
  assert.equal(translate(message, 0, { zoneMinutes: 480 }).positions[0]!.fixAt, T - 480 * 60_000)
  assert.deepEqual(translate(said(0x10, block(1, 1, 0, 0x0400)), 0).unusable, ['place-invalid'])
  assert.deepEqual(translate(messageOf(frame(82)), 5), { positions: [], alarms: [{ name: 'emergency', at: 5 }], unusable: [] })
})

test('whatever arrives, the splitter and the codec answer, and neither grows', () => {
  const random = seeded(606)
  const whole = captured.flatMap(({ hex }) => [...bytesOf(hex)])
  const splitter = frameSplitter()
  let read = 0
  for (let round = 0; round < 3000; round++) {
    const from = Math.floor(random() * whole.length)
    const chunk = Uint8Array.from(whole.slice(from, from + Math.floor(random() * 400)))
    for (let flips = Math.floor(random() * 5); flips > 0; flips--) chunk[Math.floor(random() * chunk.length)]! ^= 1 << Math.floor(random() * 8)
    for (const one of splitter.push(chunk)) if ('message' in decodeFrame(one)) read++
    assert.ok(splitter.rest().length <= FRAME_BYTES_MAX + 400)
  }
  assert.ok(read > 1000, `only ${read} frames were read`)
  // Right check codes over bodies of noise and bodies cut anywhere.
  for (let round = 0; round < 20_000; round++) {
    const own = round % 2 ? bytesOf(captured[round % captured.length]!.hex).slice(4, -6) : Uint8Array.from({ length: Math.floor(random() * 70) }, () => Math.floor(random() * 256))
    const decoded = decodeFrame(sealed(round & 255, own.slice(0, Math.floor(random() * own.length)), 1, random() < 0.3))
    assert.ok('message' in decoded)
    const { battery = 0 } = decoded.message
    assert.ok(battery >= 0 && battery <= 100, `battery ${battery} in ${hexOf(own)}`)
    for (const fix of decoded.message.fixes) {
      assert.ok(Math.abs(fix.lat) <= 90 && Math.abs(fix.lon) <= 180 && !Number.isNaN(fix.at), JSON.stringify(fix))
      assert.ok(fix.speedKmh === undefined || Number.isFinite(fix.speedKmh))
    }
  }
  for (let length = 0; length < 40; length++) decodeFrame(new Uint8Array(length).fill(0x78))
})
