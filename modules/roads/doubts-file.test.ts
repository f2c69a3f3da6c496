import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DoubtsView } from './contract.ts'
import { doubtsCsv, doubtsGeojson } from './doubts-file.ts'

const road = { id: '-5', mode: 'car', kind: 'slower', street: '建设路', streetEn: null, ratio: 1.6789, low: 1.41, high: 2, drives: 12.4, mapKmh: 40, learnedKmh: 23.83, meters: 120.4, line: [[117.2, 28.3], [117.21, 28.31], [117.22, 28.3]] } as const
const doubts = (more: object = {}): DoubtsView => ({ at: 1, roads: [{ ...road, ...more }], places: [{ why: 'no-road', lon: 117.25025, lat: 28.35025, drives: 7, days: 3 }] }) as unknown as DoubtsView

test('the table has a head, a line for each road and place, and the byte order mark', () => {
  const [head, first, second, end] = doubtsCsv(doubts(), 'zh').split('\r\n')
  assert.ok(head!.startsWith('\ufeff类型,道路,'))
  assert.equal(first, '比地图慢,建设路,汽车,1.68,1.41,2,12,,40,23.8,120,117.21,28.31')
  assert.equal(second, '地图上没有路,,,,,,7,3,,,,117.25025,28.35025')
  assert.equal(end, '')
  assert.equal(doubtsCsv(doubts(), 'en').split('\r\n')[1], 'slower,建设路,car,1.68,1.41,2,12,,40,23.8,120,117.21,28.31')
  for (const language of ['zh', 'en'] as const) for (const line of doubtsCsv(doubts(), language).trimEnd().split('\r\n')) assert.equal(line.split(',').length, 13)
})

// the name of a street, and what the spreadsheet gets
const names: [string | null, string][] = [
  ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
  ['@x', `'@x`],
  ['A, B', '"A, B"'],
  [null, ''],
]
for (const [street, wanted] of names) {
  test(`a street called ${street} is a text and nothing else`, () => {
    assert.ok(doubtsCsv(doubts({ street }), 'zh').includes(`比地图慢,${wanted},汽车`))
  })
}

test('features are lines for roads and points for places, lon before lat, with all that is known', () => {
  const { type, features } = JSON.parse(doubtsGeojson(doubts())) as { type: string; features: { geometry: object; properties: Record<string, unknown> }[] }
  assert.equal(type, 'FeatureCollection')
  assert.deepEqual(features[0]!.geometry, { type: 'LineString', coordinates: road.line })
  assert.deepEqual([features[0]!.properties['ratio'], features[0]!.properties['kind'], features[0]!.properties['line']], [road.ratio, 'slower', undefined])
  assert.deepEqual(features[1]!.geometry, { type: 'Point', coordinates: [117.25025, 28.35025] })
  assert.equal(features[1]!.properties['kind'], 'no-road')
})
