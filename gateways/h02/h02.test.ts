import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { seeded } from '#core/random.ts'
import { decodeFrame, encodeAnswer, encodeCommand, type H02Message } from './codec.ts'
import { FRAME_BYTES_MAX, frameSplitter } from './frame.ts'
import { h02Talk } from './talk.ts'
import { translate } from './translate.ts'

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))
const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('latin1')

function messageOf(frame: Uint8Array): H02Message {
  const decoded = decodeFrame(frame)
  assert.ok('message' in decoded, JSON.stringify(decoded))
  return decoded.message
}
const said = (text: string) => messageOf(bytesOf(text))

// ——— what real devices send ———

type Fix = { at: string | null; lat: number; lon: number; speedKmh: number; valid: boolean }
type Captured = { n: number; text?: string; hex?: string; fix?: Fix | null; traccar_expected?: { decodes_to?: string | null } }
const wireOf = ({ text, hex }: Captured) => (hex ? Uint8Array.from(Buffer.from(hex, 'hex')) : bytesOf(text!))
const rounded = (degrees: number) => Math.round(degrees * 1e6) / 1e6

const captured = (JSON.parse(readFileSync(new URL('./frames/captured.json', import.meta.url), 'utf8')) as { frames: Captured[] }).frames
for (const frame of captured) {
  test(`H02, captured frame ${frame.n}: ${frame.fix ? 'the place that its fields give' : 'no place'}`, () => {
    const [whole] = frameSplitter().push(wireOf(frame))
    const read = messageOf(whole!).fixes.map(({ at, lat, lon, speedKmh, valid }) => ({ at: at === undefined ? null : new Date(at).toISOString(), lat: rounded(lat), lon: rounded(lon), speedKmh, valid }))
    assert.deepEqual(read, frame.fix ? [frame.fix] : [])
  })
}

const shared = process.env.GENGFU_MAPS && join(process.env.GENGFU_MAPS, 'h02-frames', 'frames.json')
test('every captured frame at hand is read: a place where there is one, none where there must be none, nothing of cells and cards', { skip: shared && existsSync(shared) ? false : 'no captured frames at hand' }, () => {
  const { messages } = JSON.parse(readFileSync(shared as string, 'utf8')) as { messages: Captured[] }
  for (const message of messages) {
    const { fixes, alarms, device } = messageOf(wireOf(message))
    const expected = message.traccar_expected!.decodes_to
    if (expected === 'position') assert.equal(fixes.length, 1, `frame ${message.n}`)
    if (expected === null || expected === 'attributes-only') assert.equal(fixes.length, 0, `frame ${message.n}`)
    if (device !== undefined) assert.match(device, /^\d{10,15}$/)
    for (const alarm of alarms) assert.match(alarm, /^[a-z-]+$/)
  }
})

// ——— the wire ———

test('however a stream is cut, texts are those that were sent', () => {
  const text = fc.array(fc.constantFrom('V1', 'A', '2212.8745', 'N', '', '05', '-3'), { maxLength: 20 }).map((fields) => `*HQ,${fields.join(',')}#`)
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(30), { minLength: 1 }), fc.constantFrom('', '\r\n', '\n', 'noise'), (texts, cuts, between) => {
      const wire = bytesOf(texts.join(between) + between)
      const splitter = frameSplitter()
      const frames: Uint8Array[] = []
      for (let at = 0, turn = 0; at < wire.length; turn++) {
        const length = 1 + cuts[turn % cuts.length]!
        frames.push(...splitter.push(wire.subarray(at, at + length)))
        at += length
      }
      assert.deepEqual(frames.map(textOf), texts)
    }),
    { seed: 2, numRuns: 300 },
  )
})

test('binary frames of 32 and 45 bytes, one after the other, and a text between', () => {
  const short = wireOf(captured.find(({ n }) => n === 76)!)
  const long = wireOf(captured.find(({ n }) => n === 6)!)
  const text = bytesOf('*HQ,1,HTBT#')
  const frames = frameSplitter().push(Buffer.concat([short, short, long, text, long, short]))
  assert.deepEqual(frames.map((frame) => frame.length), [32, 32, 45, text.length, 45, 32])
})

test('a text that never ends does not grow, and the next is read', () => {
  const splitter = frameSplitter()
  for (let i = 0; i < 100; i++) {
    assert.deepEqual(splitter.push(bytesOf('*' + 'x'.repeat(99))), [])
    assert.ok(splitter.rest().length <= FRAME_BYTES_MAX)
  }
  assert.deepEqual(splitter.push(bytesOf('*HQ,1,HTBT#')).map(textOf), ['*HQ,1,HTBT#'])
  splitter.push(bytesOf('*' + 'y'.repeat(50_000)))
  assert.ok(splitter.rest().length <= FRAME_BYTES_MAX)
})

// ——— words ———

test('a place is read to the last digit, in text and in binary', () => {
  const minutes = fc.nat(599_999)
  fc.assert(
    fc.property(fc.nat(89), minutes, fc.nat(179), minutes, fc.nat(99), fc.nat(359), fc.boolean(), fc.boolean(), fc.boolean(), (latDegrees, latMinutes, lonDegrees, lonMinutes, knots, course, north, east, valid) => {
      const two = (value: number, digits: number) => String(value).padStart(digits, '0')
      const angle = (degrees: number, digits: number, tenThousandths: number) => `${two(degrees, digits)}${(tenThousandths / 1e4).toFixed(4).padStart(7, '0')}`
      const text = said(`*HQ,4210209006,V1,083015,${valid ? 'A' : 'V'},${angle(latDegrees, 2, latMinutes)},${north ? 'N' : 'S'},${angle(lonDegrees, 3, lonMinutes)},${east ? 'E' : 'W'},${knots}.00,${course},221126,FFFFFBFF#`)
      const flags = (valid ? 2 : 0) | (north ? 4 : 0) | (east ? 8 : 0)
      const digits = `4210209006083015221126${two(latDegrees, 2)}${two(latMinutes, 6)}06${two(lonDegrees, 3)}${two(lonMinutes, 6)}${flags.toString(16)}${two(knots, 3)}${two(course, 3)}fffffbff0000`
      const binary = messageOf(Uint8Array.from(Buffer.from(`24${digits}`, 'hex')))
      const degrees = (whole: number, rest: number, positive: boolean) => {
        const value = Math.round((whole + rest / 1e4 / 60) * 1e7) / 1e7
        return value && (positive ? value : -value)
      }
      const fix = {
        at: Date.UTC(2026, 10, 22, 8, 30, 15), lat: degrees(latDegrees, latMinutes, north), lon: degrees(lonDegrees, lonMinutes, east),
        speedKmh: Math.round(knots * 1852) / 1000, courseDeg: course, altitudeMeters: undefined, valid,
      }
      assert.deepEqual(text.fixes, [fix])
      assert.deepEqual(binary.fixes, [fix])
      assert.deepEqual([text.device, binary.device], ['4210209006', '4210209006'])
    }),
    { seed: 21, numRuns: 500 },
  )
})

test('a binary frame of 42 bytes has a device number of 15 digits', () => {
  const tail = '083015' + '221126' + '22128745' + '06' + '113466574e' + '014028' + 'fffffbff'
  const message = messageOf(Uint8Array.from(Buffer.from(`24${'3560000000000010'}${tail}${'00'.repeat(9)}`, 'hex')))
  assert.deepEqual([message.device, message.fixes[0]!.lat, message.fixes[0]!.lon, message.fixes[0]!.speedKmh], ['356000000000001', 22.214575, 113.7776233, 25.928])
})

test('alarms are the bits that are 0; a word of zeros says nothing', () => {
  const alarms = (status: string) => said(`*HQ,1,V1,083015,A,2212.8745,N,11346.6574,E,0.00,0,221126,${status}#`).alarms
  for (const [status, expected] of [
    ['FFFFFFFF', []], ['FFFFFBFF', []], ['FFFFFFFE', ['vibration']], ['FFFFFFFD', ['emergency']], ['FFFBFFFF', ['emergency']], ['FFFBFFFD', ['emergency']],
    ['FFFFFFFB', ['overspeed']], ['FFF7FFFF', ['power-cut']], ['FFFFFF6F', ['fence-enter', 'fence-exit']], ['00000000', []],
  ] as const) assert.deepEqual(alarms(status), expected, status)
})

test('words without a place: heartbeats, cells, status', () => {
  for (const [text, type] of [
    ['*HQ,1,HTBT,100#', 'heartbeat'], ['*HQ,1,V0#', 'heartbeat'], ['*HQ,1,LINK,180902,15,0,84,0,0,240517,FFFFFBFF#', 'status'],
    ['*HQ,1,NBR,103732,722,310,0,1,8106,32010,23,100217,FFFFFBFD,5#', 'cells'], ['*hq,1,VP1,V,470,002,92,3565,0#', 'cells'], ['*HQ,1,I1,083015,5,0,x#', 'other'],
  ] as const) {
    const message = said(text)
    assert.deepEqual([message.type, message.fixes], [type, []], text)
  }
  assert.deepEqual(said('*HQ,1,NBR,103732,722,310,0,1,8106,32010,23,100217,FFFFFBFD,5#').alarms, ['emergency'])
})

test('the level of the battery: of a heartbeat, a link and a binary frame', () => {
  for (const [text, battery] of [['*HQ,135790246811220,HTBT,100#', 100], ['*HQ,1700086468,LINK,180902,15,0,84,0,0,240517,FFFFFBFF#', 84], ['*HQ,1,HTBT,255#', undefined], ['*HQ,1,V0#', undefined]] as const) {
    assert.equal(said(text).battery, battery, text)
    assert.equal(h02Talk().hear(bytesOf(text), 0)[0]!.battery, battery, text)
  }
  const binary = (level: string) => messageOf(Uint8Array.from(Buffer.from(`24410601166012454313111650353130${level}004318210e000000fffffbffff0024`, 'hex'))).battery
  assert.deepEqual(['06', '04', '01', '00', 'f3', '63'].map(binary), [100, 60, 0, undefined, undefined, undefined])
})

test('a place that lies on no map, or whose minutes are 60 and more, is none', () => {
  for (const place of ['9912.8745,N,11346.6574,E', '2260.0000,N,11346.6574,E', '2212.8745,N,18146.6574,E', '22.12.8,N,113,E']) {
    assert.deepEqual(said(`*HQ,1,V1,083015,A,${place},0.00,0,221126,FFFFFBFF#`).fixes, [], place)
  }
})

test('cells and links without their last # are read, a place without it is not', () => {
  for (const [text, type, alarms] of [
    ['*HQ,355488020882405,V3,095426,74001,04,010278,045142,128,-92,010278,026311,125,,010278,026582,125,,010278,028322,119,,02DD,0,X,090517,FFFFFBFF', 'cells', []],
    ['*HQ,1451316451,NBR,112315,724,10,2,2,215,2135,123,215,2131,121,011215,FFFFFFFD', 'cells', ['emergency']],
    ['*HQ,4109179024,NBR,103732,722,310,0,1,8106,32010,23,100217,FFFFFBFF,5\r', 'cells', []],
    ['*HQ,1700086468,LINK,180902,15,0,84,0,0,240517,FFFFFBFF', 'status', []],
  ] as const) assert.deepEqual([said(text).type, said(text).alarms], [type, alarms], text)
  for (const cut of ['*HQ,1,V1,083015,A,2212.8745,N,11346.6574,E,0.00,0,221126,FFFFFBFF', '*HQ,1,LINK,180902,15,0,84,0,0,240517,FFFF', '*HQ,1,LINK,180902,15,0,84']) {
    assert.ok('malformed' in decodeFrame(bytesOf(cut)), cut)
  }
})

test('what is no frame is said', () => {
  for (const text of ['', 'HQ', '*HQ,1,V1', '*#', '*HQ#', '*HQ,1,<b>#', '$', '$' + 'z'.repeat(31)]) assert.ok('malformed' in decodeFrame(bytesOf(text)), text)
})

test('what we send: the time to most words, the same to a heartbeat, nothing to nobody; a command', () => {
  const now = Date.UTC(2026, 10, 22, 8, 30, 15)
  assert.equal(textOf(encodeAnswer(said('*HQ,42,V1,083015,A,2212.8745,N,11346.6574,E,0,0,221126,FFFFFBFF#'), now)), '*HQ,42,V4,V1,20261122083015#')
  assert.equal(textOf(encodeAnswer(said('*HQ,42,HTBT,100#'), now)), '*HQ,42,HTBT#')
  assert.equal(encodeAnswer(said('*HQ,,V1,083015,A,2212.8745,N,11346.6574,E,0,0,221126,FFFFFBFF#'), now), undefined)
  assert.equal(textOf(encodeCommand('42', 'S71', [22, 30], now)), '*HQ,42,S71,083015,22,30#')
})

test('translate: places that stand', () => {
  const line = (valid: string) => said(`*HQ,1,V1,083015,${valid},2212.8745,N,11346.6574,E,10,28,221126,FFFFFFFD#`)
  const at = Date.UTC(2026, 10, 22, 8, 30, 15)
  assert.deepEqual(translate(line('A'), 0), { positions: [{ fixAt: at, lat: 22.214575, lon: 113.7776233, speedKmh: 18.52, courseDeg: 28 }], alarms: [{ name: 'emergency', at }], unusable: [] })
  assert.deepEqual(translate(line('V'), 0).unusable, ['place-invalid'])
})

test('whatever arrives, the splitter and the codec answer, and neither grows', () => {
  const random = seeded(2)
  const whole = captured.flatMap((frame) => [...wireOf(frame)])
  const splitter = frameSplitter()
  let read = 0
  for (let round = 0; round < 5000; round++) {
    const from = Math.floor(random() * whole.length)
    const chunk = Uint8Array.from(whole.slice(from, from + Math.floor(random() * 300)))
    for (let flips = Math.floor(random() * 5); flips > 0; flips--) chunk[Math.floor(random() * chunk.length)]! ^= 1 << Math.floor(random() * 8)
    for (const frame of splitter.push(chunk)) {
      const decoded = decodeFrame(frame)
      if (!('message' in decoded)) continue
      read++
      for (const fix of decoded.message.fixes) assert.ok(Math.abs(fix.lat) <= 90 && Math.abs(fix.lon) <= 180 && !Number.isNaN(fix.at) && !Number.isNaN(fix.speedKmh))
    }
    assert.ok(splitter.rest().length <= FRAME_BYTES_MAX)
  }
  assert.ok(read > 2000, `only ${read} frames were read`)
  for (let length = 0; length < 60; length++) for (const first of [0x24, 0x2a]) decodeFrame(new Uint8Array(length).fill(first))
})
