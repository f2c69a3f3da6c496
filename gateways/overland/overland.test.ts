import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeLocations, type Decoded } from './codec.ts'

const T = Date.UTC(2026, 10, 22, 8)
const feature = (properties: object = {}, geometry: object = { type: 'Point', coordinates: [117.21, 28.29] }) => ({
  type: 'Feature',
  geometry,
  properties: { timestamp: new Date(T).toISOString(), altitude: 40, speed: 10, course: 90, horizontal_accuracy: 5, battery_level: 0.82, device_id: 'k7mqp', wifi: 'home', unique_id: 'AB-CD', motion: ['walking'], ...properties },
})
const messageOf = (decoded: Decoded) => ('message' in decoded ? decoded.message : assert.fail(JSON.stringify(decoded)))

test('a batch is read in our units, and nothing of networks and phones', () => {
  const message = messageOf(decodeLocations({ locations: [feature(), feature({ speed: -1, course: -1, altitude: null })], current: {}, trip: {} }))
  assert.deepEqual(message, {
    device: 'k7mqp',
    battery: 82,
    unreadable: [],
    fixes: [
      { at: T, lon: 117.21, lat: 28.29, speedKmh: 36, courseDeg: 90, altitudeMeters: 40, accuracyMeters: 5 },
      { at: T, lon: 117.21, lat: 28.29, speedKmh: undefined, courseDeg: undefined, altitudeMeters: undefined, accuracyMeters: 5 },
    ],
  })
  assert.ok(!JSON.stringify(message).includes('home') && !JSON.stringify(message).includes('AB-CD'))
})

test('what is no point is passed over; what is half a place is said with its path', () => {
  assert.deepEqual(messageOf(decodeLocations({ locations: [feature({}, { type: 'LineString', coordinates: [] }), feature({ type: 'visit' }, { type: 'Visit' })] })).fixes, [])
  const flaws: [body: unknown, path: string][] = [
    [{}, 'locations'],
    [null, 'locations'],
    [{ locations: [feature(), feature({}, { type: 'Point', coordinates: [117.21] })] }, 'locations/1/geometry/coordinates'],
    [{ locations: [feature({}, { type: 'Point', coordinates: [117.21, 128.29] })] }, 'locations/0/geometry/coordinates'],
    [{ locations: [feature({ timestamp: 'yesterday' })] }, 'locations/0/properties/timestamp'],
  ]
  for (const [body, path] of flaws) {
    const decoded = decodeLocations(body)
    const found = 'malformed' in decoded ? [decoded.malformed] : decoded.message.unreadable
    assert.deepEqual(found.map((flaw) => flaw.path), [path])
  }
})

test('a point that cannot be read is left out, and its neighbours are not', () => {
  const { fixes, unreadable } = messageOf(decodeLocations({ locations: [feature(), feature({ timestamp: '' }), feature({}, { type: 'Point', coordinates: null }), feature({ speed: 1 })] }))
  assert.deepEqual(fixes.map(({ speedKmh }) => speedKmh), [36, 3.6])
  assert.deepEqual(unreadable.map(({ found }) => found), ['""', 'null'])
})

test('whatever arrives, the codec answers: a message or a flaw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ locations: fc.array(fc.jsonValue()) })), (body) => {
      const decoded = decodeLocations(body)
      if ('malformed' in decoded) return
      for (const fix of decoded.message.fixes) assert.ok(Number.isFinite(fix.lon) && Number.isFinite(fix.lat) && !Number.isNaN(fix.at))
    }),
    { seed: 7, numRuns: 2000 },
  )
})
