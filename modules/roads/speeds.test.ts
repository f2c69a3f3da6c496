import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildGraph } from '#core/graph/build.ts'
import { randomTown } from '#core/graph/random-town.ts'
import { arcNumbers, fadeOf, forgetSpeeds, hourOfWeekIn, isDoubted, middleOf, monthOf, speedsRule, squareOf, switchSpeeds } from './speeds.ts'

test('the hour of the week is the town’s, over the turns of the year too', () => {
  const cases: [zone: string, at: string, hour: number][] = [
    ['Asia/Shanghai', '2026-01-05T00:00:00+08:00', 0],
    ['Asia/Shanghai', '2026-01-11T23:59:59+08:00', 167],
    ['America/Los_Angeles', '2026-01-05T08:00:00Z', 0],
    ['Europe/Berlin', '2026-03-29T00:59:00Z', 6 * 24 + 1], // a minute before the clock jumps from 2 to 3
    ['Europe/Berlin', '2026-03-29T01:00:00Z', 6 * 24 + 3],
    ['Asia/Kolkata', '2026-01-05T00:29:00+05:30', 0],
  ]
  for (const [zone, at, hour] of cases) assert.equal(hourOfWeekIn(zone)(Date.parse(at)), hour, `${zone} ${at}`)
})

test('drives fade by half in three months', () => {
  assert.equal(monthOf(Date.UTC(1970, 0, 31)), 0)
  assert.equal(monthOf(Date.UTC(2026, 10, 27)), 12 * 56 + 10)
  assert.equal(fadeOf(100, 100), 1)
  assert.equal(fadeOf(97, 100), 0.5)
  assert.equal(fadeOf(101, 100), 1, 'a clock that was ahead')
})

test('a road keeps its number when the map numbers roads anew, and each direction has its own', () => {
  const graph = buildGraph(randomTown(5, 8))
  const numbers = arcNumbers(graph)
  assert.equal(new Set(numbers).size, numbers.length)
  const { nodes, edgeFrom, edgeTo, edgeMillimeters } = graph
  const anew = arcNumbers({ nodes, edgeFrom: edgeFrom.toReversed(), edgeTo: edgeTo.toReversed(), edgeMillimeters: edgeMillimeters.toReversed() })
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const other = graph.edgeCount - 1 - edge
    assert.deepEqual([anew[2 * other], anew[2 * other + 1]], [numbers[2 * edge], numbers[2 * edge + 1]])
  }
})

test('squares hold their places', () => {
  for (const [lon, lat] of [[117.2097, 28.2932], [-122.68, 45.52], [7.42, 43.73], [-0.0001, -0.0001]] as const) {
    const { x, y } = squareOf(lon, lat)
    const middle = middleOf(x, y)
    assert.ok(Math.abs(middle.lon - lon) <= 0.00025 + 1e-9 && Math.abs(middle.lat - lat) <= 0.00025 + 1e-9)
    assert.deepEqual(squareOf(middle.lon, middle.lat), { x, y })
  }
})

test('switching twice says nothing twice, forgetting begins a new epoch', () => {
  const at = 5
  const events = [switchSpeeds(speedsRule.initial, false, at), switchSpeeds(speedsRule.initial, true, at), forgetSpeeds(speedsRule.initial, at)]
  assert.deepEqual(events, [{ events: [{ type: 'road-speeds-switched', at, used: false }] }, { events: [] }, { events: [{ type: 'road-speeds-forgotten', at }] }])
  assert.deepEqual(speedsRule.evolve(speedsRule.initial, { type: 'road-speeds-forgotten', at }), { used: true, epoch: 1 })
})

test('a road is doubted when its own time is far from the map’s and that is sure', () => {
  const cases: [value: number, error: number, drives: number, doubted: boolean][] = [[0.5, 0.1, 20, true], [-0.5, 0.1, 20, true], [0.5, 0.2, 20, false], [0.5, 0.1, 7, false], [0.2, 0.01, 500, false]]
  for (const [value, error, drives, doubted] of cases) assert.equal(isDoubted({ value, error, drives }), doubted)
})
