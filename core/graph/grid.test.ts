import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestOnSegment } from '../geo/distance.ts'
import { seeded } from '../random.ts'
import { buildGraph } from './build.ts'
import { edgeOfPoint, edgesNear, nearestEdge, nearestEdgeWhere, pointOnEdge } from './grid.ts'
import { randomTown } from './random-town.ts'
import { boundsOf } from './road-graph.ts'

test('the nearest edge is the one found by looking at them all, near the town and far from it', () => {
  for (let seed = 1; seed <= 25; seed++) {
    const graph = buildGraph(randomTown(seed, 8))
    const [west, south, east, north] = boundsOf(graph)
    const random = seeded(seed)
    for (let i = 0; i < 40; i++) {
      const margin = i < 30 ? 0 : 0.02
      const lon = west - margin + random() * (east - west + 2 * margin)
      const lat = south - margin + random() * (north - south + 2 * margin)
      let nearest = Infinity
      for (let edge = 0; edge < graph.edgeCount; edge++) {
        if (!graph.networks.car.usable[edge]) continue
        for (let p = graph.shapeStarts[edge]!; p + 1 < graph.shapeStarts[edge + 1]!; p++) {
          const [a, b, c, d] = graph.shape.subarray(2 * p, 2 * p + 4)
          nearest = Math.min(nearest, nearestOnSegment(lon, lat, a! / 1e7, b! / 1e7, c! / 1e7, d! / 1e7).meters)
        }
      }
      const found = nearestEdge(graph, 'car', lon, lat, 5_000)
      assert.equal(found?.meters, nearest <= 5_000 ? nearest : undefined, `seed ${seed}, point ${i}`)
    }
  }
})

test('nothing is found beyond the distance asked for, and nothing unwanted', () => {
  const graph = buildGraph(randomTown(3, 6))
  const [west, south] = boundsOf(graph)
  assert.equal(nearestEdge(graph, 'car', west - 0.05, south), undefined)
  assert.ok(nearestEdge(graph, 'car', west - 0.005, south))
  const second = nearestEdgeWhere(graph, west, south, (edge) => edge === 7, 100_000)
  assert.equal(second?.edge, 7)
  assert.equal(nearestEdgeWhere(graph, west, south, () => false, 100_000), undefined)
})

test('a point put on an edge and measured again is where it was', () => {
  const graph = buildGraph(randomTown(5, 6))
  const random = seeded(5)
  for (let i = 0; i < 300; i++) {
    const edge = Math.floor(random() * graph.edgeCount)
    const along = Math.floor(random() * graph.edgeMillimeters[edge]!)
    const point = pointOnEdge(graph, edge, along)
    const again = nearestEdgeWhere(graph, point.lon, point.lat, (other) => other === edge, 10)
    assert.ok(again && again.meters < 0.02, `edge ${edge}`)
    assert.ok(Math.abs(again.millimeters - along) <= 30, `edge ${edge}: ${again.millimeters} for ${along}`)
  }
})

test('the edge of every shape point is found', () => {
  const graph = buildGraph(randomTown(6, 5))
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    for (let p = graph.shapeStarts[edge]!; p < graph.shapeStarts[edge + 1]!; p++) assert.equal(edgeOfPoint(graph.shapeStarts, p), edge)
  }
})

test('the edges near a point are those found by looking at them all, each once, nearest first', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const graph = buildGraph(randomTown(seed, 10))
    const random = seeded(seed)
    for (let i = 0; i < 40; i++) {
      const [lon, lat] = [117 + random() * 0.011, 28 + random() * 0.0095]
      const metersMax = 20 + random() * 120
      const expected: [edge: number, meters: number][] = []
      for (let edge = 0; edge < graph.edgeCount; edge++) {
        if (graph.networks.car.usable[edge] === 0) continue
        let meters = Infinity
        for (let p = graph.shapeStarts[edge]!; p + 1 < graph.shapeStarts[edge + 1]!; p++) {
          const at = (k: number) => graph.shape[k]! / 1e7
          meters = Math.min(meters, nearestOnSegment(lon, lat, at(2 * p), at(2 * p + 1), at(2 * p + 2), at(2 * p + 3)).meters)
        }
        if (meters <= metersMax) expected.push([edge, meters])
      }
      expected.sort((a, b) => a[1] - b[1] || a[0] - b[0])
      const found = edgesNear(graph, 'car', lon, lat, { metersMax })
      assert.deepEqual(found.map(({ edge }) => edge).sort((a, b) => a - b), expected.map(([edge]) => edge).sort((a, b) => a - b), `seed ${seed}, point ${i}`)
      found.forEach(({ meters }, k) => assert.ok(Math.abs(meters - expected[k]![1]) < 1e-6, `seed ${seed}, point ${i}`))
      assert.deepEqual(edgesNear(graph, 'car', lon, lat, { metersMax, countMax: 3 }), found.slice(0, 3))
    }
  }
})

test('a point is left or right of a road as one drives along it, and only its storey is asked for', () => {
  const graph = buildGraph(randomTown(1, 4, 0))
  const edge = graph.networks.car.usable.indexOf(1)
  const p = 2 * graph.shapeStarts[edge]!
  const [ax, ay, bx, by] = [graph.shape[p]! / 1e7, graph.shape[p + 1]! / 1e7, graph.shape[p + 2]! / 1e7, graph.shape[p + 3]! / 1e7]
  const [mx, my] = [(ax + bx) / 2, (ay + by) / 2]
  const left = edgesNear(graph, 'car', mx - (by - ay) * 0.05, my + (bx - ax) * 0.05, { metersMax: 60 }).find((each) => each.edge === edge)
  const right = edgesNear(graph, 'car', mx + (by - ay) * 0.05, my - (bx - ax) * 0.05, { metersMax: 60 }).find((each) => each.edge === edge)
  assert.deepEqual([left?.side, right?.side], ['left', 'right'])
  const levels = graph.edgeLevel.slice()
  levels[edge] = 2
  const raised = { ...graph, edgeLevel: levels }
  assert.deepEqual(edgesNear(raised, 'car', mx, my, { metersMax: 60, level: 2 }).map((each) => each.edge), [edge])
  assert.ok(!edgesNear(raised, 'car', mx, my, { metersMax: 60, level: 0 }).some((each) => each.edge === edge))
})
