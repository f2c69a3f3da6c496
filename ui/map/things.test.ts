import assert from 'node:assert/strict'
import { test } from 'node:test'
import { glideTo, type Glide } from './glide.ts'
import { callFeatures, doubtFeatures, doubtRank, incidentFeatures, lengthMeters, scaleBar, unitFeatures, type MapIncident, type MapUnit } from './things.ts'

const car: MapUnit = { id: 'u1', handle: 1, callSign: '巡1', kind: 'car', tone: 'en-route', incident: 'i1' }
const fix = { lon: 117.21, lat: 28.29, fixAt: 0, courseDeg: 45, speedKmh: 30, stale: false }
const glides = new Map<number, Glide>([[1, glideTo(undefined, fix, 0)]])
const incident: MapIncident = { id: 'i1', lon: 117.22, lat: 28.3, glyph: '火', label: '12', priority: 1, look: 'waiting', alarming: true }

test('a unit without a position is not on the map', () => {
  assert.equal(unitFeatures([car, { ...car, id: 'u2', handle: 2 }], glides, 0, 'dark').features.length, 1)
})

test('a car points where it heads; with no heading, and on foot, nothing is pointed at', () => {
  const icon = (unit: MapUnit, courseDeg: number | null) =>
    unitFeatures([unit], new Map([[1, glideTo(undefined, { ...fix, courseDeg }, 0)]]), 0, 'dark').features[0]!.properties!
  assert.equal(icon(car, 45)['icon'], 'dark|unit|arrow|en-route|fresh')
  assert.equal(icon(car, 45)['course'], 45)
  assert.equal(icon(car, null)['icon'], 'dark|unit|parked|en-route|fresh')
  assert.equal(icon({ ...car, kind: 'foot' }, 45)['course'], 0)
})

test('a stale unit looks stale', () => {
  const stale = new Map([[1, glideTo(undefined, { ...fix, stale: true }, 0)]])
  assert.match(String(unitFeatures([car], stale, 0, 'light').features[0]!.properties!['icon']), /\|stale$/)
})

test('a line goes from each unit to its incident, and nowhere when the incident is not shown', () => {
  assert.equal(callFeatures([car], new Map([['i1', incident]]), glides, 0).features.length, 1)
  assert.equal(callFeatures([car], new Map(), glides, 0).features.length, 0)
})

test('the most urgent incident is drawn over the others', () => {
  const order = (changes: Partial<MapIncident>) => Number(incidentFeatures([{ ...incident, ...changes }], 'dark').features[0]!.properties!['order'])
  assert.ok(order({}) > order({ alarming: false }))
  assert.ok(order({ alarming: false, priority: 1 }) > order({ alarming: false, priority: 4 }))
  assert.ok(order({ alarming: false, priority: 4 }) > order({ alarming: false, priority: 1, look: 'resting' }))
})

test('measures along the ground: one minute of latitude is a nautical mile', () => {
  assert.ok(Math.abs(lengthMeters([[117, 28], [117, 28 + 1 / 60]]) - 1853) < 2)
  assert.equal(lengthMeters([[117, 28]]), 0)
})

test('the scale bar is round and fits', () => {
  for (const metersPerPixel of [0.1, 0.37, 1, 2.4, 9.9, 123, 5000]) {
    const { meters, pixels } = scaleBar(metersPerPixel, 100)
    assert.ok(pixels <= 100 && pixels > 39, `${metersPerPixel}: ${pixels} px`)
    assert.match(String(meters), /^(0\.)?0*[125]0*$/, String(meters))
  }
})

test('a doubted road says which way it errs and how far, one place what is missing, and one of all is looked at', () => {
  const line = [[117, 28], [117.001, 28]]
  const { features } = doubtFeatures({ roads: [{ id: 'a', ratio: 1.4, line }, { id: 'b', ratio: 0.4, line }], places: [{ id: 'c', lon: 117, lat: 28, why: 'no-road' }], chosen: 'b' })
  assert.deepEqual(features.map(({ properties }) => [properties!['id'], properties!['kind'], properties!['rank'], properties!['chosen']]), [['a', 'slower', 1, 0], ['b', 'faster', 3, 1], ['c', 'no-road', undefined, 0]])
  for (const [ratio, rank] of [[1.3, 1], [0.7, 1], [1.6, 2], [0.55, 2], [2.5, 3], [0.3, 3]] as const) assert.equal(doubtRank(ratio), rank, String(ratio))
})
