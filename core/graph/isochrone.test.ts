import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestOnSegment } from '../geo/distance.ts'
import { seeded } from '../random.ts'
import { buildGraph } from './build.ts'
import { msOf } from './cost.ts'
import { travelModes } from './graph-input.ts'
import { pointOnEdge } from './grid.ts'
import { isochrones } from './isochrone.ts'
import type { MultiPolygon } from './outline.ts'
import { plainTree } from './plain.ts'
import { otherSpeeds, someClosures, somewhere } from './random-now.ts'
import { randomTown } from './random-town.ts'
import { reachedArcs, type ReachedArcs } from './reached.ts'
import { roadMeters } from './reached-roads.ts'
import type { RoadGraph } from './road-graph.ts'
import { streetsOf, type Stretch } from './streets.ts'

/** Whether a place on an edge lies in a stretch. */
function isReached(graph: RoadGraph, { arc, fromMm, toMm }: ReachedArcs, edge: number, mm: number): boolean {
  for (let i = 0; i < arc.length; i++) {
    if (arc[i]! >>> 1 !== edge) continue
    const along = arc[i]! & 1 ? graph.edgeMillimeters[edge]! - mm : mm
    if (fromMm[i]! <= along && along <= toMm[i]!) return true
  }
  return false
}

for (const mode of travelModes) {
  test(`${mode}: what is reached in time is what the plain search reaches, from and to, also with closed roads and other speeds`, () => {
    let inside = 0
    let outside = 0
    for (let seed = 1; seed <= 24; seed++) {
      const graph = buildGraph(randomTown(seed, 6, 8))
      const random = seeded(seed * 31)
      const now =
        seed % 3 === 0 ? {}
        : seed % 3 === 1 ? { closures: someClosures(graph, random) }
        : { closures: someClosures(graph, random), driveMs: otherSpeeds(graph.networks[mode].arcMs, random) }
      const streets = streetsOf(graph, mode, now)
      const point = somewhere(graph, mode, random)
      const sources = [point(), point()]
      const limits = mode === 'foot' ? [60_000, 200_000] : [10_000, 40_000]
      const from = reachedArcs(streets, sources, limits, 'from')
      const to = reachedArcs(streets, sources, limits, 'to')
      const trees = sources.map((source) => plainTree(streets, source))
      for (let edge = 0; edge < graph.edgeCount; edge++) {
        if (graph.networks[mode].usable[edge] === 0) continue
        for (const share of [0, random(), random(), 1]) {
          const place = pointOnEdge(graph, edge, share * graph.edgeMillimeters[edge]!)
          // at the very end of a closed stretch, and at a corner that is reached by another edge, both answers are right
          const isEdgeCase = share === 0 || share === 1 || (now.closures?.get(edge) ?? []).some(([a, b]) => Math.min(Math.abs(a - place.millimeters), Math.abs(b - place.millimeters)) < 3)
          if (isEdgeCase) continue
          const there = Math.min(...trees.map((tree) => msOf(tree(place))))
          const back = plainTree(streets, place)
          const here = Math.min(...sources.map((source) => msOf(back(source))))
          for (const [i, limit] of limits.entries()) {
            const where = `seed ${seed}, edge ${edge} at ${place.millimeters} mm, ${limit} ms`
            assert.equal(isReached(graph, from[i]!, edge, place.millimeters), there <= limit, `${where}: reached in ${there} ms`)
            assert.equal(isReached(graph, to[i]!, edge, place.millimeters), here <= limit, `${where}: reaches in ${here} ms`)
            if (there <= limit) inside++
            else outside++
          }
        }
      }
    }
    assert.ok(inside > 300 && outside > 300, `${inside} inside, ${outside} outside: too few of one kind to mean anything`)
  })
}

/** Cuts and stretches on many roads, several on one, in any order: at its ends, at whole millimetres and between two of them. */
function manyCuts(graph: RoadGraph, random: () => number): Map<number, Stretch[]> {
  const cuts = new Map<number, Stretch[]>()
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    if (random() > 0.4) continue
    const whole = graph.edgeMillimeters[edge]!
    const place = () => {
      const kind = random()
      return kind < 0.12 ? 0 : kind < 0.24 ? whole : kind < 0.4 ? random() * whole : Math.round(random() * whole)
    }
    cuts.set(edge, Array.from({ length: 1 + Math.floor(random() * 3) }, (): Stretch => {
      const [a, b] = [place(), place()]
      return random() < 0.5 ? [a, a] : [Math.min(a, b), Math.max(a, b)]
    }))
  }
  return cuts
}

test('at a cut itself, a millimetre before and after it, and from there, what is reached is what the plain search reaches', () => {
  let onCuts = 0
  let compared = 0
  for (const mode of travelModes) {
    for (let seed = 1; seed <= 24; seed++) {
      const graph = buildGraph(randomTown(seed, 4 + (seed % 3), 10 * (seed % 4)))
      const random = seeded(seed * 77)
      const closures = manyCuts(graph, random)
      const streets = streetsOf(graph, mode, { closures, ...(seed % 2 ? { driveMs: otherSpeeds(graph.networks[mode].arcMs, random) } : {}) })
      const { usable } = graph.networks[mode]
      const cutEdges = [...closures.keys()].filter((edge) => usable[edge] === 1)
      const onCut = () => {
        const edge = cutEdges[Math.floor(random() * cutEdges.length)]!
        const [a, b] = closures.get(edge)![Math.floor(random() * closures.get(edge)!.length)]!
        return pointOnEdge(graph, edge, random() < 0.5 ? a : b)
      }
      const sources = [onCut(), somewhere(graph, mode, random)(), ...(seed % 3 ? [onCut(), onCut()] : [])]
      const limits = [0, Math.floor(random() * 8_000), mode === 'foot' ? 200_000 : 40_000]
      const from = reachedArcs(streets, sources, limits, 'from')
      const to = reachedArcs(streets, sources, limits, 'to')
      const trees = sources.map((source) => plainTree(streets, source))
      for (let edge = 0; edge < graph.edgeCount; edge++) {
        if (usable[edge] === 0) continue
        const marks = [...(closures.get(edge) ?? []).flat(), ...sources.filter((source) => source.edge === edge).map(({ millimeters }) => millimeters)]
        const around = marks.flatMap((mark) => [Math.floor(mark) - 1, Math.floor(mark), Math.ceil(mark), Math.ceil(mark) + 1])
        const places = [...around, random() * graph.edgeMillimeters[edge]!]
        for (const mm of new Set(places.map((each) => pointOnEdge(graph, edge, each).millimeters))) {
          const place = pointOnEdge(graph, edge, mm)
          const there = Math.min(...trees.map((tree) => msOf(tree(place))))
          const back = plainTree(streets, place)
          const here = Math.min(...sources.map((source) => msOf(back(source))))
          if (marks.includes(mm)) onCuts++
          for (const [i, limit] of limits.entries()) {
            const where = `${mode}, seed ${seed}, edge ${edge} of ${graph.edgeMillimeters[edge]} mm at ${mm} mm, closed ${JSON.stringify(closures.get(edge))}, ${limit} ms`
            assert.equal(isReached(graph, from[i]!, edge, mm), there <= limit, `${where}: reached in ${there} ms`)
            assert.equal(isReached(graph, to[i]!, edge, mm), here <= limit, `${where}: reaches in ${here} ms`)
            compared += 2
          }
        }
      }
    }
  }
  assert.ok(onCuts > 2_000 && compared > 20_000, `${onCuts} places on cuts, ${compared} comparisons`)
})

function isIn(area: MultiPolygon, lon: number, lat: number): boolean {
  return area.some((rings) => {
    let inside = false
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [[ax, ay], [bx, by]] = [ring[i]!, ring[j]!]
        if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside
      }
    }
    return inside
  })
}

test('an outline holds every road that is reached, and nothing far from all of them', () => {
  let far = 0
  for (let seed = 1; seed <= 30; seed++) {
    const graph = buildGraph(randomTown(seed, 14))
    const streets = streetsOf(graph, 'car')
    const random = seeded(seed)
    const bands = isochrones(streets, [somewhere(graph, 'car', random)()], [15, 30, 60], 'from', { widthMeters: 30 })
    const distanceTo = (roads: ReachedArcs, lon: number, lat: number) => {
      let least = Infinity
      roads.arc.forEach((arc, i) => {
        const whole = graph.edgeMillimeters[arc >>> 1]!
        const [begin, end] = arc & 1 ? [whole - roads.toMm[i]!, whole - roads.fromMm[i]!] : [roads.fromMm[i]!, roads.toMm[i]!]
        const steps = Math.max(1, Math.ceil((end - begin) / 5_000))
        for (let k = 0; k < steps; k++) {
          const [a, b] = [pointOnEdge(graph, arc >>> 1, begin + ((end - begin) * k) / steps), pointOnEdge(graph, arc >>> 1, begin + ((end - begin) * (k + 1)) / steps)]
          least = Math.min(least, nearestOnSegment(lon, lat, a.lon, a.lat, b.lon, b.lat).meters)
        }
      })
      return least
    }
    for (const { area, roads, seconds, roadMeters: meters } of bands) {
      roads.arc.forEach((arc, i) => {
        const along = roads.fromMm[i]! + random() * (roads.toMm[i]! - roads.fromMm[i]!)
        const whole = graph.edgeMillimeters[arc >>> 1]!
        const { lon, lat } = pointOnEdge(graph, arc >>> 1, arc & 1 ? whole - along : along)
        assert.ok(isIn(area, lon, lat), `seed ${seed}, ${seconds} s: a reached place on arc ${arc} lies outside`)
      })
      assert.ok(meters > 0)
      for (let i = 0; i < 60; i++) {
        const [lon, lat] = [117 + random() * 0.02, 28 + random() * 0.018]
        // small holes are filled
        if (distanceTo(roads, lon, lat) < 30 + 2 * 30 * 1.5 + 30) continue
        far++
        assert.ok(!isIn(area, lon, lat), `seed ${seed}, ${seconds} s: ${lon}, ${lat} is far from every reached road and inside`)
      }
      for (const rings of area) {
        for (const [k, ring] of rings.entries()) {
          assert.deepEqual(ring[0], ring.at(-1), 'closed')
          let twice = 0
          for (let i = 1; i < ring.length; i++) twice += ring[i - 1]![0] * ring[i]![1] - ring[i]![0] * ring[i - 1]![1]
          assert.ok(k === 0 ? twice > 0 : twice < 0, 'outlines run counter-clockwise, holes clockwise')
        }
      }
    }
    for (let i = 1; i < bands.length; i++) {
      assert.ok(bands[i]!.roadMeters >= bands[i - 1]!.roadMeters)
      for (const rings of bands[i - 1]!.area) for (const [lon, lat] of rings[0]!) assert.ok(isIn(bands[i]!.area, lon + 1e-9, lat + 1e-9) || onOutline(bands[i]!.area, lon, lat), `seed ${seed}: ${lon}, ${lat} of a shorter time lies outside of a longer one`)
    }
  }
  assert.ok(far > 200, `only ${far} places were far from everything`)
})

const onOutline = (area: MultiPolygon, lon: number, lat: number) =>
  area.some((rings) => rings.some((ring) => ring.some((point, i) => i > 0 && nearestOnSegment(lon, lat, ...ring[i - 1]!, ...point).meters < 0.5)))

test('several sources together reach what each reaches alone', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const graph = buildGraph(randomTown(seed, 10))
    const streets = streetsOf(graph, 'car')
    const sources = Array.from({ length: 4 }, somewhere(graph, 'car', seeded(seed)))
    const [together] = reachedArcs(streets, sources, [25_000], 'from')
    const alone = sources.map((source) => reachedArcs(streets, [source], [25_000], 'from')[0]!)
    for (let edge = 0; edge < graph.edgeCount; edge += 3) {
      const mm = Math.round(graph.edgeMillimeters[edge]! / 3)
      assert.equal(isReached(graph, together!, edge, mm), alone.some((each) => isReached(graph, each, edge, mm)), `seed ${seed}, edge ${edge}`)
    }
    assert.ok(roadMeters(graph, together!) <= alone.reduce((sum, each) => sum + roadMeters(graph, each), 0) + 1e-6)
  }
})

test('a road counts once, whichever ways it is travelled', () => {
  const graph = buildGraph(randomTown(2, 6, 0))
  const streets = streetsOf(graph, 'foot')
  const [all] = reachedArcs(streets, [somewhere(graph, 'foot', seeded(1))()], [10_000_000], 'from')
  let expected = 0
  const seen = new Set(Array.from(all!.arc, (arc) => arc >>> 1))
  for (const edge of seen) expected += graph.edgeMillimeters[edge]! / 1000
  assert.ok(Math.abs(roadMeters(graph, all!) - expected) < 1, `${roadMeters(graph, all!)} and ${expected} m`)
})
