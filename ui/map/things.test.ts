import assert from 'node:assert/strict'
import { test } from 'node:test'
import { doubtFeatures, doubtRank, incidentFeatures, lengthMeters, scaleBar, shapeOf, type MapIncident } from './things.ts'

const incident: MapIncident = { id: 'i1', lon: 117.22, lat: 28.3, glyph: '火', label: '12', priority: 1, look: 'waiting', alarming: true }

test('a car points where it heads; with no heading, and on foot, nothing is pointed at', () => {
  assert.equal(shapeOf('car', true), 'arrow')
  assert.equal(shapeOf('car', false), 'parked')
  assert.equal(shapeOf('foot', true), 'dot')
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
