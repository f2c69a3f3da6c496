import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeJson, decodeQuery, instantOf, type Decoded } from './codec.ts'
import { translate } from './translate.ts'

type Made = { name: string; query?: string; body?: object; fix: Record<string, unknown> | null }
const made = JSON.parse(readFileSync(new URL('./frames/made.json', import.meta.url), 'utf8')) as { messages: Made[] }

const decode = (query?: string, body?: object): Decoded =>
  body ? decodeJson(JSON.stringify(body)) : decodeQuery(new URLSearchParams(query))
const known = (fix: object | undefined) => Object.fromEntries(Object.entries(fix ?? {}).filter(([, value]) => value !== undefined))

for (const { name, query, body, fix } of made.messages) {
  test(`OsmAnd frame: ${name}`, () => {
    const decoded = decode(query, body)
    assert.ok('message' in decoded)
    assert.equal(decoded.message.device, 'k7mqp')
    assert.deepEqual(decoded.message.fixes.map(known), fix ? [fix] : [])
  })
}

const flaws: [name: string, decoded: Decoded, path: string][] = [
  ['no key', decodeQuery([['lat', '1'], ['lon', '1']]), 'id'],
  ['a latitude that is none', decodeQuery([['id', 'k'], ['lat', '28,3'], ['lon', '117']]), 'lat'],
  ['half a place', decodeQuery([['id', 'k'], ['lat', '28.3']]), 'lon'],
  ['hexadecimal', decodeQuery([['id', 'k'], ['lat', '0x1c'], ['lon', '1']]), 'lat'],
  ['a time that is none', decodeQuery([['id', 'k'], ['lat', '1'], ['lon', '1'], ['timestamp', 'yesterday']]), 'timestamp'],
  ['not JSON', decodeJson('{"device_id":'), 'body'],
  ['JSON that is no object', decodeJson('null'), 'device_id'],
  ['a place in words', decodeJson('{"device_id":"k","location":{"coords":{"latitude":"28","longitude":1}}}'), 'location/coords/latitude'],
  ['the second of two', decodeJson('{"device_id":"k","location":[{"coords":{"latitude":1,"longitude":1}},{"coords":{"latitude":1}}]}'), 'location/1/coords/longitude'],
]
for (const [name, decoded, path] of flaws) {
  test(`OsmAnd: ${name} is said with its path`, () => {
    const flaws = 'malformed' in decoded ? [decoded.malformed] : decoded.message.unreadable
    assert.deepEqual(flaws.map((flaw) => flaw.path), [path])
  })
}

test('OsmAnd: what cannot be read is left out; the other places, the alarm and the battery are not lost with it', () => {
  const location = (latitude: unknown, more: object = {}) => ({ timestamp: '2026-11-22T08:00:00Z', coords: { latitude, longitude: 117.2 }, ...more })
  const several = decodeJson(JSON.stringify({ device_id: 'k', location: [location(28.3), location(null, { extras: { alarm: 'sos' } }), location(28.4, { timestamp: '' })] }))
  assert.ok('message' in several)
  assert.deepEqual(several.message.fixes.map(({ lat }) => lat), [28.3])
  assert.deepEqual(several.message.unreadable.map(({ path, found }) => [path, found]), [['location/1/coords/latitude', 'null'], ['location/2/timestamp', '""']])
  assert.deepEqual(several.message.alarms, ['emergency'])
  const one = decodeQuery(new URLSearchParams('id=k&lat=north&lon=1&alarm=sos&batt=9'))
  assert.ok('message' in one)
  assert.deepEqual([one.message.fixes, one.message.alarms, one.message.battery], [[], ['emergency'], 9])
})

test('times: seconds, fractions, milliseconds, ISO and plain', () => {
  const T = Date.UTC(2026, 10, 22, 8)
  for (const text of [`${T / 1000}`, `${T / 1000}.000`, `${T}`, '2026-11-22T08:00:00Z', '2026-11-22 08:00:00', '2026-11-22T16:00:00+08:00', '2026-11-22T16:00:00+0800', '2026-11-22T16:00:00 08:00', '2026-11-22T08:00:00 0000', '2026-11-22 16:00 08:00', '2026-11-22T04:00:00-04:00']) {
    assert.equal(instantOf(text), T, text)
  }
  for (const text of ['', 'now', '-5', '2026-13-40T00:00:00Z', '22/11/2026']) assert.ok(Number.isNaN(instantOf(text)), text)
})

test('OsmAnd: a plus that nobody encoded; a fix is valid where it says true or nothing; SOS among other alarms; a key in the address', () => {
  const fixOf = (query: string) => {
    const decoded = decodeQuery(new URLSearchParams(`id=k&lat=1&lon=2&${query}`))
    assert.ok('message' in decoded)
    return { ...decoded.message.fixes[0]!, alarms: decoded.message.alarms }
  }
  assert.equal(fixOf('timestamp=2015-07-08T06:02:49+02:00').at, Date.UTC(2015, 6, 8, 4, 2, 49))
  assert.equal(fixOf('timestamp=2015-07-08T06:02:49+0000').at, Date.UTC(2015, 6, 8, 6, 2, 49))
  for (const [said, valid] of [['true', true], ['TRUE', true], ['1', true], ['', true], ['false', false], ['0', false], ['no', false], ['V', false]] as const) {
    assert.equal(fixOf(`valid=${said}`).valid, valid, said)
  }
  assert.deepEqual(fixOf('alarm=sos,lowBattery').alarms, ['emergency'])
  assert.deepEqual(fixOf('alarm=lowBattery, SOS').alarms, ['emergency'])
  assert.equal(fixOf('alarm=sosaid,lowBattery').alarms, undefined)
  for (const body of ['{"location":{}}', '{"device_id":"","location":{}}']) {
    const decoded = decodeJson(body, 'k')
    assert.ok('message' in decoded && decoded.message.device === 'k')
  }
  const own = decodeJson('{"device_id":"own"}', 'k')
  assert.ok('message' in own && own.message.device === 'own')
})

test('translate: a fix without a time is of now; what the device itself denies is counted, not kept', () => {
  const now = 1000
  const fix = { at: undefined, lon: 1, lat: 2, speedKmh: undefined, courseDeg: 3, altitudeMeters: undefined, accuracyMeters: undefined, valid: true, mock: false }
  const { positions, unusable } = translate({ fixes: [fix, { ...fix, valid: false }, { ...fix, mock: true }] }, now)
  assert.deepEqual(positions, [{ fixAt: 1000, lon: 1, lat: 2, courseDeg: 3 }])
  assert.deepEqual(unusable, ['place-invalid', 'place-mocked'])
})

test('whatever arrives, the codec answers: a message or a flaw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), fc.array(fc.tuple(fc.constantFrom('id', 'lat', 'lon', 'timestamp', 'speed', 'location', 'valid'), fc.string())), (text, fields) => {
      for (const decoded of [decodeJson(text), decodeQuery(fields)]) {
        if ('malformed' in decoded) continue
        for (const fix of decoded.message.fixes) assert.ok(Number.isFinite(fix.lon) && Number.isFinite(fix.lat) && !Number.isNaN(fix.at))
      }
    }),
    { seed: 7, numRuns: 2000 },
  )
})

// Messages of real devices, which are not ours to ship: GENGFU_OSMAND_FRAMES names the file where they are at hand.
const captured = process.env.GENGFU_OSMAND_FRAMES
test('captured frames of real devices give the places that others read in them', { skip: captured && existsSync(captured) ? false : 'GENGFU_OSMAND_FRAMES names no file' }, () => {
  type Frame = { n: number; path: string; body?: string; traccar_expected: { decodes_to: string } }
  const { messages } = JSON.parse(readFileSync(captured!, 'utf8')) as { messages: Frame[] }
  assert.ok(messages.length > 0)
  for (const { n, path, body, traccar_expected } of messages) {
    const decoded = body ? decodeJson(body) : decodeQuery(new URL(path, 'http://x').searchParams)
    assert.ok('message' in decoded, `frame ${n}: ${JSON.stringify(decoded)}`)
    assert.match(decoded.message.device, /^\d+$/)
    if (traccar_expected.decodes_to === 'position') {
      assert.equal(decoded.message.fixes.length, 1, `frame ${n}`)
      const { lon, lat } = decoded.message.fixes[0]!
      const text = `${path} ${body ?? ''}`
      assert.ok(text.includes(String(lon)) && text.includes(String(lat)), `frame ${n}: ${lon}, ${lat}`)
    } else assert.equal(decoded.message.fixes.length, 0, `frame ${n}`)
  }
})
