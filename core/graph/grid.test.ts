import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestOnSegment } from '../geo/distance.ts'
import { seeded } from '../random.ts'
import { buildGraph } from './build.ts'
import { edgeOfPoint, nearestEdge, nearestEdgeWhere, pointOnEdge } from './grid.ts'
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
