import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DoubtsView } from '#modules/roads/contract.ts'
import { boundsOf, isMeant, rowAt, rowsOf, stepOf, strengthOf } from './doubt-rows.ts'

const road = (id: string, ratio: number, line: number[][], more: object = {}) => ({ id, mode: 'car', kind: ratio > 1 ? 'slower' : 'faster', street: '建设路', streetEn: 'Jianshe Road', ratio, low: ratio, high: ratio, drives: 9, mapKmh: 40, learnedKmh: 40 / ratio, meters: 100, line, ...more })
const doubts = {
  at: 0,
  roads: [road('1', 1.5, [[117.2, 28.3], [117.201, 28.3]]), road('1', 1.4, [[117.2, 28.3], [117.201, 28.3]], { mode: 'emergency' }), road('-7', 0.4, [[117.201, 28.3], [117.2, 28.3]], { street: null, streetEn: null })],
  places: [{ why: 'no-road', lon: 117.25025, lat: 28.35025, drives: 6, days: 2 }],
} as unknown as DoubtsView
const rows = rowsOf(doubts)

test('every row has a name of its own that an address can hold', () => {
  assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length)
  for (const { id } of rows) assert.equal(encodeURIComponent(id), id)
})

// what is typed, and which rows it means
const searches: [string, number[]][] = [
  ['', [0, 1, 2, 3]],
  ['  ', [0, 1, 2, 3]],
  ['建设', [0, 1]],
  ['JIANSHE', [0, 1]],
  ['nowhere', []],
]
for (const [words, meant] of searches) {
  test(`“${words}” means rows ${meant.join(', ') || 'none'}`, () => assert.deepEqual(rows.flatMap((row, i) => (isMeant(row, words) ? [i] : [])), meant))
}

test('what is pointed at is the nearest, of two as near the stronger, and nothing far away', () => {
  assert.equal(rowAt(rows, [117.2005, 28.3001], 30), rows[2])
  assert.equal(rowAt(rows, [117.2503, 28.3502], 30), rows[3])
  assert.equal(rowAt(rows, [117.2005, 28.31], 30), undefined)
  assert.ok(strengthOf(rows[2]!) > strengthOf(rows[0]!) && strengthOf(rows[3]!) === 0)
})

test('a row is inside of its bounds, with room around it', () => {
  const [west, south, east, north] = boundsOf(rows[0]!)
  assert.ok(west < 117.2 && south < 28.3 && east > 117.201 && north > 28.3)
})

const steps: [ratio: number, step: number][] = [[1, 0], [1.05, 0], [0.95, 0], [1.2, 1], [0.8, -1], [1.5, 2], [0.6, -2], [3, 3], [0.4, -3]]
for (const [ratio, step] of steps) test(`an hour at ${ratio} of the map's time is step ${step}`, () => assert.equal(stepOf(ratio), step))
