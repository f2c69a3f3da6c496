import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { seeded } from '#core/random.ts'
import { alarmBits, alarmsOf } from './alarms.ts'
import { hexOf } from '../hex.ts'
import { Reader, timeOf, toGbk, Writer } from './bytes.ts'
import { decodeBody, decodeFrame, splitFrame, type Body, type Header, type Jt808Message, type Version } from './codec.ts'
import { BODY_BYTES_MAX, encodeMessage } from './downlink.ts'
import { checkCode, FRAME_BYTES_MAX, frameSplitter, sealed, unescaped } from './frame.ts'
import { reassembly } from './reassembly.ts'
import { placesOf, translate } from './translate.ts'

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const terminal = (version: Version) => ({ phone: '13912345678', version })

/** The frames of one stretch of bytes. */
const framesIn = (wire: Uint8Array) => frameSplitter().push(wire)

function messageOf(wire: Uint8Array): Jt808Message {
  const decoded = decodeFrame(framesIn(wire)[0]!)
  assert.ok('message' in decoded, JSON.stringify(decoded))
  return decoded.message
}
/** What a terminal would send, decoded. */
const said = (id: number, body: Uint8Array, version: Version = '2013'): Body => messageOf(encodeMessage(terminal(version), id, body, 7)[0]!).body

// ——— what real terminals send ———

type Place = { alarm_bits: string; positioned: boolean; lat: number; lon: number; altitude_m: number; speed_kmh: number; course_deg: number; time_gmt8: string }
type Captured = {
  n: number
  wire: string
  nonstandard?: string
  decoded?: { msg_id: string; phone_bcd: string; serial: number; locations?: Place[]; location?: Place }
}

function assertAsOthersRead({ n, wire, decoded }: Captured): void {
  const { header, body } = messageOf(bytesOf(wire))
  const expected = decoded!
  assert.deepEqual([header.id, header.phone, header.serial], [parseInt(expected.msg_id, 16), expected.phone_bcd, expected.serial], `frame ${n}`)
  const places = expected.locations ?? (expected.location ? [expected.location] : [])
  if (places.length === 0) return
  const read = placesOf(body).map((place) => ({
    alarm: 'alarmWord' in place ? place.alarmWord : 0, valid: place.valid, lat: place.lat, lon: place.lon,
    altitude: place.altitudeMeters, speed: place.speedKmh, course: place.courseDeg, at: place.at,
  }))
  assert.deepEqual(
    read,
    places.map((place) => ({
      alarm: Number(place.alarm_bits), valid: place.positioned, lat: place.lat + 0, lon: place.lon + 0,
      altitude: place.altitude_m, speed: place.speed_kmh, course: place.course_deg, at: Date.parse(place.time_gmt8),
    })),
    `frame ${n}`,
  )
}

const captured = (JSON.parse(readFileSync(new URL('./frames/captured.json', import.meta.url), 'utf8')) as { frames: Captured[] }).frames
for (const frame of captured.filter(({ decoded }) => decoded)) {
  test(`JT/T 808, captured frame ${frame.n}: header and places as others read them`, () => assertAsOthersRead(frame))
}

test('a lock’s report with a serial of one byte: place, time and course in BCD', () => {
  const { header, body } = messageOf(bytesOf(captured.find(({ n }) => n === 33)!.wire))
  assert.deepEqual([header.phone, header.serial, header.lengthWrong], ['850011000200', 0xc0, false])
  assert.ok(body.type === 'lock-report')
  assert.deepEqual([body.place.lat, body.place.lon, new Date(body.place.at!).toISOString(), body.place.valid], [22.581035, 113.91695, '2021-05-08T06:30:51.000Z', true])
})

test('a frame cut short, whose check code cannot be right, is refused with both codes', () => {
  const decoded = decodeFrame(framesIn(bytesOf(captured.find(({ n }) => n === 86)!.wire))[0]!)
  assert.deepEqual(decoded, { malformed: { path: 'check code', found: 'd0', expected: 'f0' } })
})

test('a maker’s batch and a place behind readings of the diagnosis port', () => {
  const { body } = messageOf(bytesOf(captured.find(({ n }) => n === 53)!.wire))
  assert.ok(body.type === 'transparent')
  assert.deepEqual([body.place!.lat, body.place!.lon, body.place!.valid], [23.111772, 114.409784, true])
  const batch = said(0x0210, Uint8Array.from([28, ...location(), 28, ...location()]))
  assert.ok(batch.type === 'location-batch')
  assert.equal(batch.locations.length, 2)
})

const shared = process.env.GENGFU_MAPS && join(process.env.GENGFU_MAPS, 'jt808-frames', 'frames.json')
test('every captured frame at hand: all values, and no identifier of a SIM card or a wireless network', { skip: shared && existsSync(shared) ? false : 'no captured frames at hand' }, () => {
  const { frames } = JSON.parse(readFileSync(shared as string, 'utf8')) as { frames: Captured[] }
  assert.ok(frames.length > 40)
  for (const frame of frames) {
    assertAsOthersRead(frame)
    const printed = JSON.stringify(messageOf(bytesOf(frame.wire)).body)
    for (const secret of frame.wire.match(/89[0-9]{17}/g) ?? []) assert.ok(!printed.includes(secret), `frame ${frame.n}`)
  }
})

// ——— the wire ———

test('the example of the standard: 30 7e 08 7d 55', () => {
  assert.equal(hexOf(sealed(bytesOf('307e087d55')).slice(1, 8)), '307d02087d0155')
  assert.equal(hexOf(unescaped(bytesOf('307d02087d0155'))), '307e087d55')
})

const content = fc.uint8Array({ minLength: 11, maxLength: 300 })

test('however a stream is cut, the frames are those that were sent', () => {
  fc.assert(
    fc.property(fc.array(content, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(40), { minLength: 1 }), fc.boolean(), (contents, cuts, shareDelimiter) => {
      const wire = contents.flatMap((bytes, index) => [...sealed(bytes)].slice(shareDelimiter && index > 0 ? 1 : 0))
      const splitter = frameSplitter()
      const frames: Uint8Array[] = []
      for (let at = 0, turn = 0; at < wire.length; turn++) {
        const length = 1 + cuts[turn % cuts.length]!
        frames.push(...splitter.push(Uint8Array.from(wire.slice(at, at + length))))
        at += length
      }
      assert.deepEqual(frames.map(hexOf), contents.map((bytes) => hexOf(Uint8Array.from([...bytes, checkCode(bytes)]))))
    }),
    { seed: 808, numRuns: 300 },
  )
})

test('noise between frames costs the noise only', () => {
  const frame = encodeMessage(terminal('2013'), 0x0002, new Uint8Array(), 1)[0]!
  const wire = Uint8Array.from([1, 2, 3, ...frame, 9, 9, 9, ...frame, 0x7e, 0x7e, 5])
  const good = framesIn(wire).map((run) => decodeFrame(run)).filter((decoded) => 'message' in decoded)
  assert.equal(good.length, 2)
})

test('a run without end is dropped at the limit, and the next frame is read', () => {
  const splitter = frameSplitter()
  assert.deepEqual(splitter.push(Uint8Array.of(0x7e)), [])
  for (let i = 0; i < 100; i++) assert.deepEqual(splitter.push(new Uint8Array(1000)), [])
  assert.equal(splitter.rest().length, 0)
  const frames = splitter.push(encodeMessage(terminal('2013'), 0x0002, new Uint8Array(), 1)[0]!)
  assert.equal(frames.length, 1)
  assert.equal(splitter.dropped, 100_000)
})

test('the delimiter e7 has its own escapes', () => {
  const frames = frameSplitter(0xe7).push(bytesOf('e70002e602e601023e013e02e7'))
  assert.deepEqual(frames.map(hexOf), ['0002e7e6023e3d'])
})

test('a header comes back as it was sent, in both versions, in one frame and in parts', () => {
  const digits = fc.stringMatching(/^[0-9]{12}$/)
  fc.assert(
    fc.property(digits, fc.constantFrom<Version>('2013', '2019'), fc.nat(0xffff), fc.nat(0xfff), fc.uint8Array({ maxLength: 3000 }), (phone, version, serial, id, body) => {
      const wire = encodeMessage({ phone, version }, id, body, serial)
      const split = wire.map((frame) => splitFrame(framesIn(frame)[0]!))
      for (const [index, frame] of split.entries()) {
        assert.ok('header' in frame)
        const { header } = frame
        assert.deepEqual([header.id, header.version, header.phone, header.serial], [id, version, version === '2019' ? `00000000${phone}` : phone, (serial + index) & 0xffff])
        assert.deepEqual(header.part, split.length > 1 ? { total: split.length, index: index + 1 } : undefined)
        assert.equal(header.lengthWrong, false)
      }
      assert.equal(split.map((frame) => ('body' in frame ? hexOf(frame.body) : '')).join(''), hexOf(body))
    }),
    { seed: 8, numRuns: 300 },
  )
})

test('a length field that lies is said and forgiven; an encrypted body is not guessed at', () => {
  const heartbeat = bytesOf('000200090139123456780001')
  const lying = decodeFrame(Uint8Array.from([...heartbeat, checkCode(heartbeat)]))
  assert.ok('message' in lying && lying.message.header.lengthWrong)
  const encrypted = bytesOf('020004040139123456780001aabbccdd')
  assert.deepEqual(decodeFrame(Uint8Array.from([...encrypted, checkCode(encrypted)])), { malformed: { path: 'encryption', found: 'RSA', expected: 'a body in clear' } })
})

// ——— parts ———

test('parts in any order, some twice, make the body that was sent', () => {
  fc.assert(
    fc.property(fc.integer({ min: BODY_BYTES_MAX + 1, max: 9000 }), fc.integer(), fc.nat(0xffff), (length, seed, serial) => {
      const random = seeded(seed >>> 0)
      const body = Uint8Array.from({ length }, () => Math.floor(random() * 256))
      const parts = encodeMessage(terminal('2013'), 0x0801, body, serial).map((frame) => splitFrame(framesIn(frame)[0]!))
      const order = parts.flatMap((part) => (random() < 0.3 ? [part, part] : [part])).map((part) => ({ part, key: random() })).sort((a, b) => a.key - b.key)
      const together = reassembly()
      const whole = order.flatMap(({ part }) => ('header' in part ? (together.take(part, 0) ?? []) : []))
      // A part that comes again after the whole opens anew; nothing else may.
      assert.equal(hexOf(whole[0]!.body), hexOf(body))
      assert.equal(whole[0]!.header.part, undefined)
    }),
    { seed: 88, numRuns: 100 },
  )
})

test('missing parts are named; an old try is not mixed with a new one; what waits too long is forgotten', () => {
  const parts = (serial: number, fill: number) =>
    encodeMessage(terminal('2013'), 0x0704, new Uint8Array(3000).fill(fill), serial).map((frame) => splitFrame(framesIn(frame)[0]!) as { header: Header; body: Uint8Array })
  const together = reassembly({ bytesMax: 10_000, openMax: 2, ageMsMax: 1000 })
  const [first, , third] = parts(10, 1)
  together.take(first!, 0)
  together.take(third!, 0)
  assert.deepEqual(together.missing('013912345678', 0x0704), [2])
  assert.deepEqual(together.missing('013912345678', 0x0801), [])
  const again = parts(40, 2)
  assert.equal(together.take(again[0]!, 0), undefined)
  assert.equal(together.take(again[1]!, 0), undefined)
  assert.ok(together.take(again[2]!, 0)!.body.every((byte) => byte === 2))
  assert.equal(together.bytes, 0)
  together.take(first!, 0)
  together.take({ header: { ...first!.header, phone: 'x' }, body: first!.body }, 2000)
  assert.deepEqual(together.missing('013912345678', 0x0704), [])
})

test('no flood of parts fills the memory', () => {
  const limits = { bytesMax: 20_000, openMax: 4, ageMsMax: 1000 }
  const together = reassembly(limits)
  const random = seeded(3)
  for (let i = 0; i < 20_000; i++) {
    const total = 1 + Math.floor(random() * 60_000)
    const header: Header = { id: Math.floor(random() * 3), version: '2013', phone: String(Math.floor(random() * 4)), serial: i & 0xffff, part: { total, index: 1 + Math.floor(random() * total) }, lengthWrong: false }
    together.take({ header, body: new Uint8Array(Math.floor(random() * 1023)) }, i)
    assert.ok(together.bytes <= limits.bytesMax)
  }
})

// ——— bodies ———

const T = Date.UTC(2026, 10, 22, 8, 30, 15)

function location({ alarm = 0, status = 3, lat = 28_312_345, lon = 117_210_987, altitude = 45, speed = 365, course = 90, at = T } = {}): Uint8Array {
  return new Writer().u32(alarm).u32(status).u32(lat).u32(lon).u16(altitude).u16(speed).u16(course).time(at).done()
}

test('a location is read to the last digit, whatever its values', () => {
  const second = fc.integer({ min: Date.UTC(2000, 0, 2) / 1000, max: Date.UTC(2099, 11, 30) / 1000 })
  fc.assert(
    fc.property(fc.nat(90_000_000), fc.nat(180_000_000), fc.nat(63), fc.integer({ min: -500, max: 9000 }), fc.nat(4000), fc.nat(359), second, (lat, lon, status, altitude, speed, course, seconds) => {
      const body = said(0x0200, location({ status, lat, lon, altitude, speed, course, at: seconds * 1000 }))
      assert.ok(body.type === 'location')
      const read = body.location
      assert.deepEqual(
        [read.lat, read.lon, read.altitudeMeters, read.speedKmh, read.courseDeg, read.at, read.valid, read.encrypted, read.ignition],
        [lat === 0 ? 0 : (status & 4 ? -lat : lat) / 1e6, lon === 0 ? 0 : (status & 8 ? -lon : lon) / 1e6, altitude, speed / 10, course, seconds * 1000, (status & 2) > 0, (status & 32) > 0, (status & 1) > 0],
      )
    }),
    { seed: 200, numRuns: 500 },
  )
})

test('an alarm is heard though the place lies on no map and the time is none', () => {
  const { body } = messageOf(encodeMessage(terminal('2013'), 0x0200, Uint8Array.from([...location({ alarm: 1, lat: 0xffffffff }).slice(0, 22), 0x99, 0x99, 0x99, 0x99, 0x99, 0x99]), 1)[0]!)
  assert.ok(body.type === 'location')
  assert.deepEqual([body.location.lat, body.location.lon, body.location.at, body.location.valid, body.location.alarms], [undefined, undefined, undefined, false, ['emergency']])
})

test('attachments of the standard; the rest by number only', () => {
  const tail = bytesOf('0104000003e802020064030200c8040200071206020000000901' + '1305'.replace('1305', '130700000005003c01') + '25040000000330011f31010ceb0489860012')
  const body = said(0x0200, Uint8Array.from([...location(), ...tail]))
  assert.ok(body.type === 'location')
  assert.deepEqual(body.location.attached, {
    mileageKm: 100, fuelLitres: 10, recorderSpeedKmh: 20, alarmEvent: 7, area: { shape: 'rectangle', id: 9, leaving: true },
    segment: { id: 5, seconds: 60, result: 'too-long' }, signalWord: 3, signalStrength: 31, satellites: 12, unread: [0xeb],
  })
})

test('alarms in attachments of makers', () => {
  const label = '10' + '31313131313131' + '260101120000' + '010000' + '00'
  for (const [tail, alarms] of [
    ['e7080001000000000000', ['vibration']], ['e7080002000000000000', ['emergency']], ['e7080004000000000000', ['emergency']], ['e7080009000000000000', ['vibration', 'emergency']],
    ['e7080010000400000000', []], ['e7020fc8', []],
    [`e814${'0c01'}${label}`, ['emergency']], [`e814${'0406'}${label}`, ['vibration']], ['e8030c0101', []], ['e8030c0100', []], ['e8020c01', []], ['e80a2003070105019f030190', []],
    ['d00400000408', ['vibration']], ['d00400000400', []], ['d00108', []],
    ['eb0800060089ffffefff', ['tamper']], ['eb0800060089ffffffff', []], ['eb0800060089fffffffe', []], ['eb08000600c5ffffffaf', ['vibration']],
    ['eb05000300c603', ['battery-low']], ['eb05000300c604', ['battery-low']], ['eb05000300c601', []], ['eb095554432b30383a3030', []],
  ] as const) {
    const body = said(0x0200, Uint8Array.from([...location(), ...bytesOf(tail)]))
    assert.ok(body.type === 'location')
    assert.deepEqual(body.location.alarms, alarms, tail)
  }
})

test('driving events of a diagnosis port are alarms without a place', () => {
  for (const [event, alarms] of [[51, ['harsh-acceleration']], [52, ['harsh-braking']], [53, ['harsh-cornering']], [54, []], [56, ['collision']], [57, []]] as const) {
    const message = messageOf(encodeMessage(terminal('2013'), 0x0900, new Writer().u8(0xf0).time(T).u8(0).u8(1).u8(0x15).u32(event).done(), 1)[0]!)
    assert.deepEqual(translate(message, 0), { positions: [], alarms: alarms.map((name) => ({ name, at: T })), unusable: [] }, String(event))
  }
})

test('attachments with two bytes of id and four of length, as one maker sends them, need their profile', () => {
  const tail = bytesOf('000100000004000003e8')
  const decoded = decodeBody({ id: 0x0200, version: '2013', phone: '0', serial: 0, lengthWrong: false }, Uint8Array.from([...location(), ...tail]), { attachments: { idBytes: 2, lengthBytes: 4 } })
  assert.ok('message' in decoded && decoded.message.body.type === 'location')
  assert.equal(decoded.message.body.location.attached.mileageKm, 100)
})

test('a batch says whether it fills a blind area, and a cut one keeps what came before the cut', () => {
  const whole = new Writer().u16(2).u8(1).u16(28).raw(location()).u16(28).raw(location({ speed: 100 })).done()
  const body = said(0x0704, whole)
  assert.ok(body.type === 'location-batch')
  assert.deepEqual([body.backfill, body.locations.map(({ speedKmh }) => speedKmh)], [true, [36.5, 10]])
  const cut = said(0x0704, whole.slice(0, -5))
  assert.ok(cut.type === 'location-batch' && cut.locations.length === 1 && cut.countWrong)
})

test('a batch that holds more than it counts gives all where they fit exactly, and as many as it counts where something else follows', () => {
  const two = [...new Writer().u16(28).raw(location()).u16(28).raw(location({ speed: 100 })).done()]
  for (const [count, behind, read, countWrong] of [[2, [], 2, false], [1, [], 2, true], [0, [], 2, true], [3, [], 2, true], [1, [0, 0, 0], 1, true], [2, [0, 0, 0], 2, false]] as const) {
    const body = said(0x0704, Uint8Array.from([0, count, 0, ...two, ...behind]))
    assert.ok(body.type === 'location-batch')
    assert.deepEqual([body.locations.length, body.countWrong], [read, countWrong], `${count} and ${behind.length} bytes`)
  }
})

const text = (value: string, length: number) => [...toGbk(value), ...new Uint8Array(length)].slice(0, length)
for (const [name, version, lengths] of [['2011', '2013', [5, 8, 7]], ['2013', '2013', [5, 20, 7]], ['2019', '2019', [11, 30, 30]], ['2019 header over a 2013 body', '2019', [5, 20, 7]]] as const) {
  test(`registration of ${name}`, () => {
    const [maker, model, id] = lengths
    const body = said(0x0100, new Writer().u16(36).u16(681).raw(text('MAKER', maker)).raw(text('M-1', model)).raw(text('T0001', id)).u8(2).gbk('赣L警').done(), version)
    assert.deepEqual(body, { type: 'register', province: 36, city: 681, maker: 'MAKER', model: 'M-1', terminal: 'T0001', plateColour: 2, plate: '赣L警' })
  })
}

test('authentication: a token; of 2019 without the identifiers behind it', () => {
  assert.deepEqual(said(0x0102, bytesOf('616263')), { type: 'authenticate', token: 'abc' })
  const body = Uint8Array.from([3, ...toGbk('abc'), ...toGbk('490154203237518'), ...toGbk('1.0'), ...new Uint8Array(17)])
  assert.deepEqual(said(0x0102, body, '2019'), { type: 'authenticate', token: 'abc' })
})

test('answers, heartbeat, logout, media and parameters', () => {
  assert.deepEqual(said(0x0001, bytesOf('0007830000')), { type: 'terminal-answer', answerTo: 7, of: 0x8300, result: 'done' })
  assert.deepEqual(said(0x0002, bytesOf('')), { type: 'heartbeat' })
  assert.deepEqual(said(0x0003, bytesOf('')), { type: 'logout' })
  const answer = said(0x0201, Uint8Array.from([0, 9, ...location()]))
  assert.ok(answer.type === 'location-answer' && answer.answerTo === 9 && answer.location.lat === 28.312345)
  const media = { id: 5, kind: 'picture', format: 0, event: 2, channel: 1 }
  assert.deepEqual(said(0x0800, bytesOf('0000000500000201')), { type: 'media-event', media })
  const jpeg = bytesOf('ffd8ffe000104a46494600010100000100010000ffdb004300080606')
  assert.deepEqual(said(0x0801, Uint8Array.from([...bytesOf('0000000500000201'), ...jpeg])), { type: 'media', media, data: jpeg })
  const upload = said(0x0801, Uint8Array.from([...bytesOf('0000000500000201'), ...location(), ...jpeg]))
  assert.ok(upload.type === 'media' && upload.location!.lon === 117.210987 && hexOf(upload.data) === hexOf(jpeg))
  const parameters = said(0x0104, new Writer().u16(3).u8(3).u32(1).u8(4).u32(60).u32(0x83).u8(3).gbk('赣L').u32(0x29).u8(4).u32(30).done())
  assert.ok(parameters.type === 'parameters')
  assert.deepEqual([...parameters.values], [[1, 60], [0x29, 30]])
  assert.deepEqual(said(0x2070, bytesOf('00')), { type: 'other', name: 'message-2070' })
})

test('each bit of the alarm word has a name of its own', () => {
  const all = alarmsOf(0xffffffff, '2019')
  assert.equal(new Set(all).size, 32)
  for (let bit = 0; bit < 32; bit++) {
    assert.deepEqual(alarmsOf(2 ** bit, '2019'), [all[bit]])
    assert.equal(alarmBits([all[bit]!]), 2 ** bit)
  }
  assert.deepEqual(alarmsOf(2 ** 17 + 1, '2013'), ['emergency', 'reserved-17'])
})

test('times are GMT+8; digits that are none give none', () => {
  assert.equal(new Date(timeOf('261122163015', 8)!).toISOString(), '2026-11-22T08:30:15.000Z')
  for (const digits of ['000000000000', '260230120000', '261122240000', '26112216301a', '261122166015']) assert.equal(timeOf(digits, 8), undefined, digits)
})

test('GBK: what the decoder reads, the encoder writes', () => {
  for (const sentence of ['立即到场：冶金大道12号', '', '赣L·A1234学', '鑫㐀']) {
    const back = new TextDecoder('gbk').decode(Uint8Array.from(toGbk(sentence)))
    assert.equal(back, sentence.replace('㐀', '?'))
  }
})

test('translate: places that stand, with the coordinate system that they are in', () => {
  const message = (status: number, more = {}): Jt808Message => messageOf(encodeMessage(terminal('2013'), 0x0200, location({ status, ...more }), 1)[0]!)
  const position = { fixAt: T, lon: 117.210987, lat: 28.312345, speedKmh: 36.5, courseDeg: 90, altitudeMeters: 45 }
  assert.deepEqual(translate(message(3), 0).positions, [position])
  assert.deepEqual(translate(message(3 + 32), 0).positions, [{ ...position, crs: 'gcj02' }])
  assert.deepEqual(translate(message(3 + 32), 0, { crs: 'wgs84' }).positions, [position])
  assert.deepEqual(translate(message(1), 0), { positions: [], alarms: [], unusable: ['place-invalid'] })
  assert.deepEqual(translate(message(3, { lat: 0, lon: 0 }), 0).unusable, ['place-invalid'])
  assert.deepEqual(translate(message(1, { alarm: 3 }), 0).alarms, [{ name: 'emergency', at: T }, { name: 'overspeed', at: T }])
  const registration = said(0x0100, new Writer().u16(36).u16(681).raw(text('M', 5)).raw(text('M', 20)).raw(text('T', 7)).u8(2).gbk('赣L').done())
  assert.deepEqual(translate({ header: {} as Header, body: registration }, 0), { positions: [], alarms: [], unusable: [] })
})

test('whatever arrives, the splitter and the codec answer, and neither grows', () => {
  const random = seeded(808)
  const whole = captured.flatMap(({ wire }) => [...bytesOf(wire)])
  const splitter = frameSplitter()
  const together = reassembly()
  let read = 0
  for (let round = 0; round < 3000; round++) {
    const from = Math.floor(random() * whole.length)
    const chunk = Uint8Array.from(whole.slice(from, from + Math.floor(random() * 900)))
    for (let flips = Math.floor(random() * 6); flips > 0; flips--) chunk[Math.floor(random() * chunk.length)]! ^= 1 << Math.floor(random() * 8)
    const noise = random() < 0.3 ? Uint8Array.from({ length: 200 }, () => Math.floor(random() * 256)) : new Uint8Array()
    for (const frame of [...splitter.push(noise), ...splitter.push(chunk)]) {
      const mended = random() < 0.5 ? Uint8Array.from([...frame.subarray(0, -1), checkCode(frame.subarray(0, -1))]) : frame
      const decoded = decodeFrame(mended)
      if ('malformed' in decoded) continue
      read++
      for (const place of placesOf(decoded.message.body)) {
        assert.ok(place.lat === undefined || (Math.abs(place.lat) <= 90 && Math.abs(place.lon!) <= 180))
        assert.ok(!Number.isNaN(place.at))
      }
      translate(decoded.message, 0)
      const split = splitFrame(mended)
      if ('header' in split) together.take(split, round)
    }
    assert.ok(splitter.rest().length <= FRAME_BYTES_MAX)
  }
  assert.ok(read > 500, `only ${read} frames were read`)
  for (let length = 0; length < 60; length++) decodeFrame(new Uint8Array(length))
})

test('the reader does not read past its end', () => {
  assert.throws(() => new Reader(bytesOf('0102')).u32(), /2 bytes where byte 4 is needed/)
})
