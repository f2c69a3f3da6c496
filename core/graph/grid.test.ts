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
      assert.ok(nearest <= 5_000 ? Math.abs(found!.meters - nearest) < 1e-6 : found === undefined, `seed ${seed}, point ${i}: ${found?.meters}, expected ${nearest} m`)
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

test('the edges near a point are those found by looking at them all, nearest first, on the side they say', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const graph = buildGraph(randomTown(seed, 8))
    const [west, south, east, north] = boundsOf(graph)
    const random = seeded(seed)
    for (let i = 0; i < 40; i++) {
      const lon = west + random() * (east - west)
      const lat = south + random() * (north - south)
      const all: [meters: number, edge: number][] = []
      for (let edge = 0; edge < graph.edgeCount; edge++) {
        if (!graph.networks.car.usable[edge]) continue
        let nearest = Infinity
        for (let p = graph.shapeStarts[edge]!; p + 1 < graph.shapeStarts[edge + 1]!; p++) {
          const [a, b, c, d] = graph.shape.subarray(2 * p, 2 * p + 4)
          nearest = Math.min(nearest, nearestOnSegment(lon, lat, a! / 1e7, b! / 1e7, c! / 1e7, d! / 1e7).meters)
        }
        if (nearest <= 150) all.push([nearest, edge])
      }
      all.sort((a, b) => a[0] - b[0])
      const found = edgesNear(graph, 'car', lon, lat, { metersMax: 150, countMax: 6 })
      assert.equal(found.length, Math.min(6, all.length), `seed ${seed}, point ${i}`)
      for (const [k, near] of found.entries()) {
        assert.ok(Math.abs(near.meters - all[k]![0]) < 1e-6, `seed ${seed}, point ${i}, candidate ${k}`)
        assert.ok(Math.abs(Math.abs(near.leftMeters) - near.meters) < 1e-9)
        const again = pointOnEdge(graph, near.edge, near.millimeters)
        assert.ok(Math.abs(again.lon - near.lon) + Math.abs(again.lat - near.lat) < 1e-6, `seed ${seed}, edge ${near.edge}`)
      }
    }
  }
})

test('a point beside a road is on the side it was put, and on a storey only roads of it are found', () => {
  const town = randomTown(9, 6)
  town.edgeLevel[3] = 1
  const graph = buildGraph(town)
  const random = seeded(9)
  for (let i = 0; i < 200; i++) {
    const edge = Math.floor(random() * graph.edgeCount)
    if (graph.networks.car.usable[edge] !== 1) continue
    const p = 2 * graph.shapeStarts[edge]!
    const [a, b, c, d] = graph.shape.subarray(p, p + 4)
    const [dx, dy] = [(c! - a!) / 1e7, (d! - b!) / 1e7]
    const side = random() < 0.5 ? 1 : -1
    // a little off the middle of the first piece, to the left of its direction
    const lon = (a! + c!) / 2e7 - side * dy * 0.02
    const lat = (b! + d!) / 2e7 + side * dx * 0.02
    const near = edgesNear(graph, 'car', lon, lat, { metersMax: 200, countMax: 20 }).find((each) => each.edge === edge)
    assert.ok(near && Math.sign(near.leftMeters) === side, `edge ${edge}`)
  }
  const [west, south] = boundsOf(graph)
  const upstairs = edgesNear(graph, 'car', west, south, { metersMax: 5_000, countMax: 20, level: 1 })
  assert.deepEqual(upstairs.map((each) => each.edge), graph.networks.car.usable[3] ? [3] : [])
})

test('no more roads are found than asked for, none beyond the distance, and none at all of nothing', () => {
  const graph = buildGraph(randomTown(3, 6))
  const [west, south] = boundsOf(graph)
  assert.deepEqual(edgesNear(graph, 'car', west, south, { metersMax: 500, countMax: 0 }), [])
  assert.deepEqual(edgesNear(graph, 'car', west - 0.05, south, { metersMax: 500, countMax: 5 }), [])
  assert.ok(edgesNear(graph, 'car', west, south, { metersMax: 2_000, countMax: 3 }).length === 3)
})
