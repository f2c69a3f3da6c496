import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../random.ts'
import { buildGraph } from './build.ts'
import { nearestEdge, pointOnEdge, type Snap } from './grid.ts'
import { oracleOf } from './oracle.ts'
import { randomTown } from './random-town.ts'
import { boundsOf, networkOf, type RoadGraph, type TravelMode } from './road-graph.ts'
import { arrivals, positionOn, route } from './travel.ts'

/** Random points on the roads, some of them on one and the same edge. */
function somewhere(graph: RoadGraph, mode: TravelMode, random: () => number): () => Snap {
  const [west, south, east, north] = boundsOf(graph)
  let last: Snap | undefined
  return () => {
    if (last && random() < 0.08) {
      return pointOnEdge(graph, last.edge, random() * graph.edgeMillimeters[last.edge]!)
    }
    for (;;) {
      const snap = nearestEdge(graph, mode, west + random() * (east - west), south + random() * (north - south))
      if (snap) return (last = snap)
    }
  }
}

for (const mode of ['car', 'foot'] as const) {
  test(`${mode}: arrivals in 120 invented towns are those of the obvious search, to the millisecond`, () => {
    let compared = 0
    let unreachable = 0
    let copies = 0
    for (let seed = 1; seed <= 120; seed++) {
      const input = randomTown(seed, 5 + (seed % 4), 3 * (seed % 6))
      const graph = buildGraph(input)
      copies += networkOf(graph, mode).stateArc.length - 2 * graph.edgeCount
      const oracle = oracleOf(graph, mode, input[mode].restrictions, input[mode].nodeBlocked)
      const random = seeded(seed * 7919)
      const point = somewhere(graph, mode, random)
      const to = point()
      const from = Array.from({ length: 8 }, point)
      const { milliseconds, millimeters } = arrivals(graph, mode, to, from)
      for (const [i, start] of from.entries()) {
        const expected = oracle.milliseconds(start, to)
        assert.equal(milliseconds[i], expected, `seed ${seed}, traveller ${i}: ${JSON.stringify({ start, to })}`)
        compared++
        const way = route(graph, mode, start, to)
        if (expected === Infinity) {
          unreachable++
          assert.equal(way, undefined, `seed ${seed}, traveller ${i}`)
          continue
        }
        assert.equal(way?.milliseconds, expected, `seed ${seed}, traveller ${i}: the way's time`)
        assert.equal(way?.millimeters, millimeters[i], `seed ${seed}, traveller ${i}: the way's length`)
        assert.equal(oracle.complaint([...way!.arcs]), undefined, `seed ${seed}, traveller ${i}`)
      }
    }
    assert.ok(compared === 960 && unreachable < compared / 2, `${unreachable} of ${compared} unreachable`)
    if (mode === 'car') assert.ok(copies > 50, `only ${copies} states with a past: the restrictions over several edges were hardly tried`)
  })
}

test('many travellers at once are told what each alone is told', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const graph = buildGraph(randomTown(seed, 9))
    const random = seeded(seed)
    const point = somewhere(graph, 'car', random)
    const to = point()
    const from = Array.from({ length: 60 }, point)
    const together = arrivals(graph, 'car', to, from)
    for (const [i, start] of from.entries()) {
      const alone = arrivals(graph, 'car', to, [start])
      assert.equal(together.milliseconds[i], alone.milliseconds[0], `seed ${seed}, traveller ${i}`)
      assert.equal(together.millimeters[i], alone.millimeters[0], `seed ${seed}, traveller ${i}`)
    }
  }
})

test('a search leaves nothing behind: the same question after a thousand others has the same answer', () => {
  const graph = buildGraph(randomTown(4, 8))
  const random = seeded(4)
  const point = somewhere(graph, 'car', random)
  const to = point()
  const from = Array.from({ length: 10 }, point)
  const first = arrivals(graph, 'car', to, from)
  for (let i = 0; i < 1000; i++) arrivals(graph, 'car', point(), [point(), point()])
  assert.deepEqual(arrivals(graph, 'car', to, from), first)
})

test('nobody asked, nobody answers', () => {
  const graph = buildGraph(randomTown(1, 4))
  const snap = somewhere(graph, 'car', seeded(1))()
  assert.equal(arrivals(graph, 'car', snap, []).milliseconds.length, 0)
  assert.equal(arrivals(graph, 'car', snap, [snap]).milliseconds[0], 0)
  assert.equal(route(graph, 'car', snap, snap)?.milliseconds, 0)
})

test('a way is drawn without jumps, its clock never goes back, and its parts add up', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const graph = buildGraph(randomTown(seed, 8))
    const point = somewhere(graph, 'car', seeded(seed + 100))
    const [from, to] = [point(), point()]
    const way = route(graph, 'car', from, to)
    if (!way) continue
    const { points, pointMs } = way
    const last = pointMs.length - 1
    assert.deepEqual([points[2 * last], points[2 * last + 1]], [to.lon, to.lat])
    assert.equal(pointMs[0], 0)
    assert.equal(pointMs[last], way.milliseconds)
    let drawn = 0
    for (let i = 1; i <= last; i++) {
      assert.ok(pointMs[i]! >= pointMs[i - 1]!, `seed ${seed}: the clock goes back at point ${i}`)
      const dx = (points[2 * i]! - points[2 * i - 2]!) * 111_195 * Math.cos((28 * Math.PI) / 180)
      const dy = (points[2 * i + 1]! - points[2 * i - 1]!) * 111_195
      drawn += Math.hypot(dx, dy)
    }
    assert.ok(Math.abs(drawn - way.millimeters / 1000) < 0.01 * drawn + 1, `seed ${seed}: ${drawn} m drawn, ${way.millimeters / 1000} m said`)
  }
})

test('who travels a way is at its ends at its ends, and never faster than 80 km/h between', () => {
  const graph = buildGraph(randomTown(12, 10))
  const point = somewhere(graph, 'car', seeded(12))
  let way
  do way = route(graph, 'car', point(), point())
  while (!way || way.arcs.length < 6)
  const start = positionOn(way, 0)
  assert.deepEqual([start.lon, start.lat], [way.points[0], way.points[1]])
  const end = positionOn(way, way.milliseconds + 1)
  assert.ok(end.arrived && end.kmh === 0)
  assert.deepEqual([end.lon, end.lat], [way.points.at(-2), way.points.at(-1)])
  for (let ms = 0; ms < way.milliseconds; ms += 500) {
    const { kmh, courseDegrees } = positionOn(way, ms)
    assert.ok(kmh >= 0 && kmh < 80, `${kmh} km/h at ${ms}`)
    assert.ok(courseDegrees === null || (courseDegrees >= 0 && courseDegrees < 360))
  }
})
