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

/** Segments of rings that cross or touch another one with which they share no end, by trying all with all in the same place. */
function crossings(area: MultiPolygon): string[] {
  const segments = area.flatMap((rings) => rings.flatMap((ring) => ring.slice(1).map((to, i) => ({ from: ring[i]!, to }))))
  const cells = new Map<string, number[]>()
  const side = 0.0005
  segments.forEach(({ from, to }, i) => {
    for (let x = Math.floor(Math.min(from[0], to[0]) / side); x <= Math.floor(Math.max(from[0], to[0]) / side); x++) {
      for (let y = Math.floor(Math.min(from[1], to[1]) / side); y <= Math.floor(Math.max(from[1], to[1]) / side); y++) {
        const key = `${x}/${y}`
        cells.set(key, [...(cells.get(key) ?? []), i])
      }
    }
  })
  const turn = (a: number[], b: number[], c: number[]) => Math.sign(Math.round(((b[0]! - a[0]!) * (c[1]! - a[1]!) - (b[1]! - a[1]!) * (c[0]! - a[0]!)) * 1e12))
  const same = (a: number[], b: number[]) => a[0] === b[0] && a[1] === b[1]
  const found = new Set<string>()
  for (const here of cells.values()) {
    for (const i of here) {
      for (const j of here) {
        const [a, b] = [segments[i]!, segments[j]!]
        if (i >= j || same(a.from, b.to) || same(a.to, b.from)) continue
        const isApart = [0, 1].some((k) => Math.max(a.from[k]!, a.to[k]!) < Math.min(b.from[k]!, b.to[k]!) || Math.max(b.from[k]!, b.to[k]!) < Math.min(a.from[k]!, a.to[k]!))
        if (isApart) continue
        if (turn(a.from, a.to, b.from) * turn(a.from, a.to, b.to) <= 0 && turn(b.from, b.to, a.from) * turn(b.from, b.to, a.to) <= 0) found.add(`${a.from} ${a.to} and ${b.from} ${b.to}`)
      }
    }
  }
  return [...found]
}

test('outlines cross nothing, not even themselves; a hole lies in its outline and holds no road that is reached; roads far from all reached ones lie outside', () => {
  let [holes, farRoads, segments] = [0, 0, 0]
  for (let seed = 1; seed <= 16; seed++) {
    const graph = buildGraph(randomTown(seed, 20))
    const random = seeded(seed)
    const streets = streetsOf(graph, 'car', seed % 2 ? { closures: someClosures(graph, random) } : {})
    const widthMeters = [10, 25, 50][seed % 3]!
    // few cells: larger ones, as a large map has them
    const options = { widthMeters, holeSquareMetersMin: 0, ...(seed % 4 === 0 ? { cellsMax: 40 } : {}) }
    for (const { area, roads, seconds } of isochrones(streets, [somewhere(graph, 'car', random)()], [20, 45, 90], 'from', options)) {
      const where = `seed ${seed}, ${seconds} s, ${widthMeters} m`
      assert.deepEqual(crossings(area), [], where)
      const reached = places(graph, roads)
      for (const [k, rings] of area.entries()) {
        segments += rings.reduce((sum, ring) => sum + ring.length - 1, 0)
        for (const hole of rings.slice(1)) {
          holes++
          assert.ok(hole.every(([lon, lat]) => isIn([[rings[0]!]], lon, lat)), `${where}: a hole of area ${k} outside of it`)
          for (const [lon, lat] of reached) assert.ok(!isIn([[hole]], lon, lat), `${where}: ${lon}, ${lat} is reached and in a hole`)
        }
        for (const [lon, lat] of reached) if (isIn([[rings[0]!]], lon, lat)) assert.ok(isIn([rings], lon, lat), `${where}: ${lon}, ${lat}`)
      }
      if (options.cellsMax) continue
      // the width and the diagonal of a cell, which is two thirds of it
      const tolerance = widthMeters * (1 + (2 / 3) * Math.SQRT2) + 1
      for (let i = 0; i < 120; i++) {
        const edge = Math.floor(random() * graph.edgeCount)
        const { lon, lat } = pointOnEdge(graph, edge, random() * graph.edgeMillimeters[edge]!)
        const isNear = reached.some(([x, y]) => Math.hypot((x - lon) * 98_180, (y - lat) * 111_195) < tolerance + 3)
        if (isNear) continue
        farRoads++
        assert.ok(!isIn(area, lon, lat), `${where}: ${lon}, ${lat} on edge ${edge} is not near any reached road and inside`)
      }
    }
  }
  assert.ok(holes > 150 && farRoads > 600 && segments > 10_000, `${holes} holes, ${farRoads} places on roads far away, ${segments} segments`)
})

/** A place every five metres of what is reached. */
function places(graph: RoadGraph, roads: ReachedArcs): [lon: number, lat: number][] {
  const found: [number, number][] = []
  roads.arc.forEach((arc, i) => {
    const whole = graph.edgeMillimeters[arc >>> 1]!
    const steps = Math.max(1, Math.ceil((roads.toMm[i]! - roads.fromMm[i]!) / 5_000))
    for (let k = 0; k <= steps; k++) {
      const along = roads.fromMm[i]! + ((roads.toMm[i]! - roads.fromMm[i]!) * k) / steps
      const { lon, lat } = pointOnEdge(graph, arc >>> 1, arc & 1 ? whole - along : along)
      found.push([lon, lat])
    }
  })
  return found
}

test('an area drawn again, after other widths, sizes and sources, is the same', () => {
  const graph = buildGraph(randomTown(7, 16))
  const streets = streetsOf(graph, 'car')
  const random = seeded(7)
  const point = somewhere(graph, 'car', random)
  const [here, there] = [point(), point()]
  const ask = () => isochrones(streets, [here], [20, 60], 'from').map(({ area }) => area)
  const first = ask()
  for (const widthMeters of [10, 20, 30, 40, 60, 80]) isochrones(streets, [there, point()], [15, 45], 'to', { widthMeters, cellsMax: 60 })
  assert.deepEqual(ask(), first)
  assert.deepEqual(isochrones(streetsOf(buildGraph(randomTown(7, 16)), 'car'), [here], [20, 60], 'from').map(({ area }) => area), first)
})

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
