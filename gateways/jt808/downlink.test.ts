import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hexOf } from '../hex.ts'
import { Reader } from './bytes.ts'
import { splitFrame, type Version } from './codec.ts'
import { encodeCommand, type Area, type Command, type Told } from './downlink.ts'
import { frameSplitter } from './frame.ts'

const terminal = (version: Version) => ({ phone: '13912345678', version })
const sent = (command: Command, version: Version = '2013') =>
  encodeCommand(terminal(version), command, 1).map((wire) => splitFrame(frameSplitter().push(wire)[0]!) as Extract<ReturnType<typeof splitFrame>, { header: unknown }>)
const bodyOf = (command: Command, version: Version = '2013') => hexOf(sent(command, version)[0]!.body)

test('a whole frame, byte by byte, of both versions', () => {
  const answer: Command = { type: 'answer', to: 7, of: 0x0200, result: 'done' }
  assert.equal(hexOf(encodeCommand(terminal('2013'), answer, 1)[0]!), '7e8001000501391234567800010007020000' + 'b0' + '7e')
  assert.equal(hexOf(encodeCommand(terminal('2019'), answer, 1)[0]!), '7e80014005010000000001391234567800010007020000' + 'f1' + '7e')
})

const at = Date.UTC(2026, 10, 22, 8, 30, 15) // 16:30:15 in GMT+8
const area: Area = { id: 9, from: at, until: at + 60_000, limit: { speedKmh: 60, overSeconds: 10, nightSpeedKmh: 40 }, entering: 'both', leaving: 'platform', name: '甲' }
const timesHex = '261122163015' + '261122163115'
const cases: [name: string, command: Command, id: number, body2013: string, body2019: string][] = [
  ['alarm acknowledged', { type: 'answer', to: 0x1234, of: 0x0200, result: 'alarm-acknowledged' }, 0x8001, '1234020004', '1234020004'],
  ['registered, with a token', { type: 'register-answer', to: 1, result: 'done', token: 'abc' }, 0x8100, '000100616263', '000100616263'],
  ['no such terminal, no token', { type: 'register-answer', to: 1, result: 'no-terminal', token: 'abc' }, 0x8100, '000104', '000104'],
  ['parameters of each kind', { type: 'set-parameters', values: [{ id: 0x29, u32: 5 }, { id: 0x31, u16: 50 }, { id: 0x84, u8: 2 }, { id: 0x13, text: 'a.b' }] }, 0x8103, '04' + '000000290400000005' + '00000031020032' + '000000840102' + '0000001303612e62', '04' + '000000290400000005' + '00000031020032' + '000000840102' + '0000001303612e62'],
  ['parts again', { type: 'resend-parts', of: 0x0102, parts: [2, 5] }, 0x8003, '01020200020005', '0102000200020005'],
  ['all parameters', { type: 'ask-parameters' }, 0x8104, '', ''],
  ['where are you', { type: 'ask-location' }, 0x8201, '', ''],
  ['track', { type: 'track', everySeconds: 5, forSeconds: 600 }, 0x8202, '000500000258', '000500000258'],
  ['track no more', { type: 'track', everySeconds: 0, forSeconds: 600 }, 0x8202, '0000', '0000'],
  ['an alarm confirmed', { type: 'confirm-alarm', event: 7, alarms: 1 }, 0x8203, '000700000001', '000700000001'],
  ['an urgent text to read and hear', { type: 'text', text: '到', urgent: true, display: true, speak: true }, 0x8300, '0db5bd', '0e01b5bd'],
  ['an order with an answer', { type: 'question', text: '到', urgent: true, speak: true, answers: [{ id: 1, text: '签收' }] }, 0x8302, '0902b5bd' + '010004c7a9cad5', '0902b5bd' + '010004c7a9cad5'],
  ['a circle', { type: 'set-circles', action: 'append', areas: [{ ...area, centre: { lon: 117.2, lat: 28.3 }, radiusMeters: 500 }] }, 0x8600,
    '0101' + '00000009002f' + '01afd2e006fc5480000001f4' + timesHex + '003c0a', '0101' + '00000009002f' + '01afd2e006fc5480000001f4' + timesHex + '003c0a' + '0028' + '0002bcd7'],
  ['a rectangle of the south-west', { type: 'set-rectangles', action: 'update', areas: [{ id: 1, west: -2, south: -4, east: -1, north: -3 }] }, 0x8602,
    '0001' + '0000000100c0' + '002dc6c0001e8480' + '003d0900000f4240', '0001' + '0000000100c0' + '002dc6c0001e8480' + '003d0900000f4240' + '0000'],
  ['a polygon', { type: 'set-polygon', area: { ...area, vertices: [{ lon: 1, lat: 2 }, { lon: 3, lat: 4 }, { lon: 5, lat: 2 }] } }, 0x8604,
    '00000009002f' + timesHex + '003c0a' + '0003' + '001e8480000f4240' + '003d0900002dc6c0' + '001e8480004c4b40',
    '00000009002f' + timesHex + '003c0a' + '0003' + '001e8480000f4240' + '003d0900002dc6c0' + '001e8480004c4b40' + '0028' + '0002bcd7'],
  ['a route', { type: 'set-route', route: { id: 4, leaving: 'driver', name: '甲', corners: [{ id: 1, segment: 2, lon: 1, lat: 2, widthMeters: 30, seconds: { most: 120, least: 20 }, limit: { speedKmh: 50, overSeconds: 5 } }] } }, 0x8606,
    '000000040010' + '0001' + '0000000100000002' + '001e8480000f4240' + '1e' + '03' + '00780014' + '003205',
    '000000040010' + '0001' + '0000000100000002' + '001e8480000f4240' + '1e' + '03' + '00780014' + '003205' + '0032' + '0002bcd7'],
  ['circles away', { type: 'delete-areas', shape: 'circles', ids: [1, 2] }, 0x8601, '020000000100000002', '020000000100000002'],
  ['all rectangles away', { type: 'delete-areas', shape: 'rectangles', ids: [] }, 0x8603, '00', '00'],
  ['polygons away', { type: 'delete-areas', shape: 'polygons', ids: [3] }, 0x8605, '0100000003', '0100000003'],
  ['routes away', { type: 'delete-areas', shape: 'routes', ids: [3] }, 0x8607, '0100000003', '0100000003'],
  ['an upload is whole', { type: 'media-answer', media: 5, resend: [] }, 0x8800, '00000005', '00000005'],
  ['an upload with holes', { type: 'media-answer', media: 5, resend: [2, 300] }, 0x8800, '00000005020002012c', '00000005020002012c'],
]
for (const [name, command, id, body2013, body2019] of cases) {
  test(`downlink: ${name}`, () => {
    assert.equal(sent(command)[0]!.header.id, id)
    assert.equal(bodyOf(command), body2013)
    assert.equal(bodyOf(command, '2019'), body2019)
  })
}

test('circles read back, by the standard’s table, are the circles that were set', () => {
  const told = fc.constantFrom<Told | undefined>(undefined, 'driver', 'platform', 'both')
  const circle = fc.record({
    id: fc.nat(0xffffffff), name: fc.constantFrom('', '冶金大道', 'Main'), entering: told, leaving: told,
    from: fc.option(fc.constant(at), { nil: undefined }), until: fc.constant(at + 3_600_000),
    limit: fc.option(fc.record({ speedKmh: fc.integer({ min: 1, max: 200 }), overSeconds: fc.nat(255), nightSpeedKmh: fc.integer({ min: 1, max: 200 }) }, { noNullPrototype: true }), { nil: undefined }),
    centre: fc.record({ lon: fc.integer({ min: -180_000_000, max: 180_000_000 }).map((n) => n / 1e6), lat: fc.integer({ min: -90_000_000, max: 90_000_000 }).map((n) => n / 1e6) }),
    radiusMeters: fc.nat(100_000),
  })
  fc.assert(
    fc.property(fc.array(circle, { maxLength: 12 }), (areas) => {
      const reader = new Reader(sent({ type: 'set-circles', action: 'modify', areas }, '2019')[0]!.body)
      assert.deepEqual([reader.u8(), reader.u8()], [2, areas.length])
      for (const expected of areas) {
        assert.equal(reader.u32(), expected.id)
        const bits = reader.u16()
        const whom = (driver: number): Told | undefined => (['driver', 'platform', 'both'] as const)[((bits >> driver) & 3) - 1]
        const lat = (reader.u32() / 1e6) * (bits & 64 ? -1 : 1)
        const lon = (reader.u32() / 1e6) * (bits & 128 ? -1 : 1)
        assert.deepEqual([lon + 0, lat + 0, reader.u32(), whom(2), whom(4)], [expected.centre.lon + 0, expected.centre.lat + 0, expected.radiusMeters, expected.entering, expected.leaving])
        assert.equal((bits & 1) > 0, expected.from !== undefined)
        if (bits & 1) assert.deepEqual([reader.time(), reader.time()], [expected.from, expected.until])
        assert.equal((bits & 2) > 0, expected.limit !== undefined)
        if (bits & 2) assert.deepEqual({ speedKmh: reader.u16(), overSeconds: reader.u8(), nightSpeedKmh: reader.u16() }, expected.limit)
        assert.equal(reader.text(reader.u16()), expected.name)
      }
      assert.equal(reader.left, 0)
    }),
    { seed: 8600, numRuns: 200 },
  )
})

test('a long text goes in parts with serials that follow one another', () => {
  const parts = sent({ type: 'text', text: '急'.repeat(1200) })
  assert.deepEqual(parts.map(({ header }) => [header.serial, header.part]), [1, 2, 3].map((n) => [n, { total: 3, index: n }]))
})

test('what no frame holds is refused', () => {
  assert.throws(() => encodeCommand(terminal('2013'), { type: 'delete-areas', shape: 'circles', ids: new Array(256).fill(1) }, 1), /256 where one message holds 255/)
  assert.throws(() => encodeCommand({ phone: '1234567890123', version: '2013' }, { type: 'ask-location' }, 1), /does not fit a header of 2013/)
  assert.throws(() => encodeCommand(terminal('2013'), { type: 'set-polygon', area: { id: 1, vertices: [{ lon: 1, lat: -1 }, { lon: 1, lat: 1 }] } }, 1), /two hemispheres/)
})

test('a question is as long as its one byte of length says, in whole characters', () => {
  const body = sent({ type: 'question', text: `a${'警'.repeat(200)}`, answers: [{ id: 1, text: '好' }] })[0]!.body
  assert.equal(body[1], 255)
  assert.equal(new TextDecoder('gbk').decode(body.subarray(2, 257)), `a${'警'.repeat(127)}`)
  assert.equal(hexOf(body.subarray(257)), '010002bac3')
})
