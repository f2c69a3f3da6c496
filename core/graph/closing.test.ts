import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../random.ts'
import { buildGraph } from './build.ts'
import { allClosures, closuresOf } from './closing.ts'
import { pointOnEdge } from './grid.ts'
import { randomTown } from './random-town.ts'
import { boundsOf, type RoadGraph } from './road-graph.ts'

const cars = ['car'] as const
const town = (seed: number) => buildGraph(randomTown(seed, 9, 4))
const usable = (graph: RoadGraph) => [...graph.networks.car.usable.keys()].filter((edge) => graph.networks.car.usable[edge] === 1)

test('a point cuts the road it is put on, and none where there is no road', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const graph = town(seed)
    const edges = usable(graph)
    const edge = edges[Math.floor(seeded(seed)() * edges.length)]!
    const at = pointOnEdge(graph, edge, graph.edgeMillimeters[edge]! * 0.4)
    const closed = closuresOf(graph, { type: 'Point', coordinates: [at.lon, at.lat] }, cars)
    assert.equal(closed.size, 1)
    const [[found, [[from, to]]]] = [...closed] as [[number, [[number, number]]]]
    assert.equal(from, to)
    const there = pointOnEdge(graph, found, from)
    assert.ok(Math.hypot(there.lon - at.lon, there.lat - at.lat) < 1e-6, `seed ${seed}`)
    assert.equal(closuresOf(graph, { type: 'Point', coordinates: [100, 10] }, cars).size, 0)
  }
})

test('a line across a road cuts it where it crosses; a line along a road closes the stretch', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const graph = town(seed)
    const edge = usable(graph)[seed]!
    const whole = graph.edgeMillimeters[edge]!
    const p = 2 * graph.shapeStarts[edge]!
    const [ax, ay] = [graph.shape[p]! / 1e7, graph.shape[p + 1]! / 1e7]
    const [bx, by] = [graph.shape[p + 2]! / 1e7, graph.shape[p + 3]! / 1e7]
    const [mx, my] = [ax + (bx - ax) * 0.5, ay + (by - ay) * 0.5]
    const across = closuresOf(graph, { type: 'LineString', coordinates: [[mx - (by - ay) * 0.1, my + (bx - ax) * 0.1], [mx + (by - ay) * 0.1, my - (bx - ax) * 0.1]] }, cars)
    const cut = across.get(edge)
    assert.ok(cut && cut.length === 1 && cut[0]![1] - cut[0]![0] < 1, `seed ${seed}: ${JSON.stringify([...across])}`)
    const along = closuresOf(graph, { type: 'LineString', coordinates: [[ax + (bx - ax) * 0.2, ay + (by - ay) * 0.2], [ax + (bx - ax) * 0.8, ay + (by - ay) * 0.8]] }, cars)
    const stretch = along.get(edge)?.[0]
    const length = Math.hypot((bx - ax) * 98_000, (by - ay) * 111_195) * 600
    assert.ok(stretch && Math.abs(stretch[1] - stretch[0] - length) < 0.1 * length + 3_000 && stretch[1] <= whole, `seed ${seed}: ${JSON.stringify(stretch)} of about ${length}`)
  }
})

test('an area closes what lies inside, hole aside, to the metre', () => {
  let inside = 0
  for (let seed = 1; seed <= 12; seed++) {
    const graph = town(seed)
    const [west, south, east, north] = boundsOf(graph)
    const at = (x: number, y: number) => [west + (east - west) * x, south + (north - south) * y]
    const box = (a: number, b: number) => [at(a, a), at(b, a), at(b, b), at(a, b), at(a, a)]
    const closed = closuresOf(graph, { type: 'Polygon', coordinates: [box(0.2, 0.8), box(0.45, 0.55)] }, cars)
    const random = seeded(seed)
    for (const edge of usable(graph)) {
      const mm = random() * graph.edgeMillimeters[edge]!
      const { lon, lat } = pointOnEdge(graph, edge, mm)
      const [x, y] = [(lon - west) / (east - west), (lat - south) / (north - south)]
      const margin = 0.003
      if ([0.2, 0.8, 0.45, 0.55].some((side) => Math.abs(x - side) < margin || Math.abs(y - side) < margin)) continue
      const isIn = (a: number, b: number) => x > a && x < b && y > a && y < b
      const expected = isIn(0.2, 0.8) && !isIn(0.45, 0.55)
      const found = (closed.get(edge) ?? []).some(([from, to]) => from <= mm && mm <= to)
      assert.equal(found, expected, `seed ${seed}, edge ${edge} at ${x.toFixed(3)}, ${y.toFixed(3)}`)
      if (expected) inside++
    }
  }
  assert.ok(inside > 200, `${inside} places inside`)
})

test('closures that overlap are one', () => {
  const both = allClosures([new Map([[1, [[0, 50]]], [2, [[7, 7]]]]), new Map([[1, [[40, 90], [95, 95]]]])])
  assert.deepEqual([...both], [[1, [[0, 90], [95, 95]]], [2, [[7, 7]]]])
})
