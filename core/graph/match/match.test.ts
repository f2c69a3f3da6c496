import assert from 'node:assert/strict'
import { test } from 'node:test'
import { METERS_PER_DEGREE } from '../../geo/distance.ts'
import { seeded } from '../../random.ts'
import { buildGraph } from '../build.ts'
import { randomTown } from '../random-town.ts'
import { CLOSED } from '../road-graph.ts'
import { fixesOf, gaussians, randomDrive } from './driven.ts'
import { createMatcher, lengthStreets, matchTrack, type Pass } from './match.ts'
import type { Fix } from './trellis.ts'

const town = (seed: number) => {
  const graph = buildGraph(randomTown(seed, 14, 10))
  return { graph, streets: lengthStreets(graph, 'car') }
}
const METERS = (passes: readonly Pass[]) => passes.reduce((sum, { fromMm, toMm }) => sum + toMm - fromMm, 0) / 1000

/** Of the metres driven, the share that was found; and metres credited that were not driven, as a share of those driven. */
function judged(graph: ReturnType<typeof town>['graph'], arcs: readonly number[], passes: readonly Pass[]) {
  const driven = new Map<number, number>()
  for (const arc of arcs.slice(1, -1)) driven.set(arc, (driven.get(arc) ?? 0) + 1)
  const whole = (arc: number) => graph.edgeMillimeters[arc >>> 1]! / 1000
  const length = [...driven].reduce((sum, [arc, times]) => sum + times * whole(arc), 0)
  const left = new Map([...driven].map(([arc, times]) => [arc, times * whole(arc)]))
  let found = 0
  let wrong = 0
  for (const { arc, fromMm, toMm } of passes) {
    const meters = (toMm - fromMm) / 1000
    if (arc === arcs[0] || arc === arcs.at(-1)) continue
    const take = Math.min(meters, left.get(arc) ?? 0)
    left.set(arc, (left.get(arc) ?? 0) - take)
    found += take
    wrong += meters - take
  }
  return { length, found, wrong }
}

const cells: [every: number, noise: number, foundMin: number, wrongMax: number][] = [
  [1, 3, 0.95, 0.03],
  [1, 8, 0.9, 0.08],
  [5, 5, 0.94, 0.03],
  [15, 5, 0.9, 0.08],
  // a turn at random every hundred metres: in half a minute nobody could tell all of them
  [30, 5, 0.6, 0.35],
]
for (const [every, noise, foundMin, wrongMax] of cells) {
  test(`a random drive seen every ${every} s with ${noise} m of noise is found to ${foundMin * 100} %, with at most ${wrongMax * 100} % credited wrongly`, () => {
    let [length, found, wrong] = [0, 0, 0]
    for (let seed = 1; seed <= 20; seed++) {
      const { graph, streets } = town(seed)
      const random = seeded(seed * 17)
      const drive = randomDrive(streets, random, 4_000)
      const { passes } = matchTrack(streets, fixesOf(drive, random, every, noise), { sigmaMeters: Math.max(4, noise) })
      const one = judged(graph, drive.arcs, passes)
      length += one.length
      found += one.found
      wrong += one.wrong
    }
    assert.ok(found >= foundMin * length, `${((100 * found) / length).toFixed(1)} % found`)
    assert.ok(wrong <= wrongMax * length, `${((100 * wrong) / length).toFixed(1)} % credited wrongly`)
  })
}

test('who stands still for ten minutes is credited with next to nothing', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { streets } = town(seed)
    const random = seeded(seed)
    const { lon, lat } = randomDrive(streets, random, 500).seconds[10]!
    // jitter that wanders, as receivers do between houses
    let [x, y] = [0, 0]
    const fixes: Fix[] = Array.from({ length: 600 }, (_, i) => {
      const [a, b] = gaussians(random)
      ;[x, y] = [0.9 * x + 2 * a, 0.9 * y + 2 * b]
      return { at: i * 1000, lon: lon + x / (METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180)), lat: lat + y / METERS_PER_DEGREE }
    })
    const meters = METERS(matchTrack(streets, fixes).passes)
    assert.ok(meters < 120, `seed ${seed}: ${meters.toFixed(0)} m credited to a parked car in ten minutes`)
  }
})

test('a wild fix is left out, and the way goes on as if it had not been', () => {
  const { streets } = town(3)
  const random = seeded(9)
  const drive = randomDrive(streets, random, 3_000)
  const fixes = fixesOf(drive, random, 3, 3)
  const plain = matchTrack(streets, fixes)
  const wild = fixes.map((fix, i) => (i === 20 || i === 41 ? { ...fix, lon: fix.lon + 0.004 } : fix))
  const { passes, counts, gaps } = matchTrack(streets, wild)
  const arcs = (all: readonly Pass[]) => all.map(({ arc }) => arc).filter((arc, i, list) => arc !== list[i - 1])
  assert.deepEqual(arcs(passes), arcs(plain.passes))
  assert.equal(counts.outliers, plain.counts.outliers + 2)
  assert.deepEqual(gaps, [])
})

test('nothing is credited across a long silence in which several ways may have been driven', () => {
  let ambiguous = 0
  let credited = 0
  for (let seed = 1; seed <= 30; seed++) {
    const { graph, streets } = town(seed)
    const random = seeded(seed * 3)
    let drive = randomDrive(streets, random, 5_000)
    while (drive.seconds.length < 400) drive = randomDrive(streets, random, 5_000) // some end in a dead end
    const fixes = fixesOf(drive, random, 3, 3).filter(({ at }) => at < 100_000 || at > 260_000)
    const { passes, gaps } = matchTrack(streets, fixes)
    const { wrong, length } = judged(graph, drive.arcs, passes)
    ambiguous += gaps.filter(({ reason }) => reason === 'ambiguous' || reason === 'implausible').length
    credited += wrong
    assert.ok(wrong <= 0.2 * length, `seed ${seed}: ${wrong.toFixed(0)} m of ${length.toFixed(0)} m credited that were not driven`)
  }
  assert.ok(ambiguous >= 15, `${ambiguous} silences were called ambiguous`)
  assert.ok(credited < 30 * 250, `${credited.toFixed(0)} m credited wrongly in all`)
})

test('on line the same roads are told, at most half a minute behind', () => {
  let whole = 0
  let different = 0
  for (let seed = 1; seed <= 20; seed++) {
    const { streets } = town(seed)
    const random = seeded(seed * 5)
    const fixes = fixesOf(randomDrive(streets, random, 4_000), random, 2, 5)
    const atOnce = matchTrack(streets, fixes).passes
    const matcher = createMatcher(streets)
    const online: Pass[] = []
    let toldUntil = -Infinity
    for (const fix of fixes) {
      for (const pass of matcher.push(fix).passes) {
        assert.ok(pass.leaveAt <= fix.at, `seed ${seed}: told before it happened`)
        toldUntil = Math.max(toldUntil, pass.leaveAt)
        online.push(pass)
      }
      if (toldUntil > -Infinity) assert.ok(fix.at - toldUntil <= 30_000 + 10_000, `seed ${seed}: ${(fix.at - toldUntil) / 1000} s behind`)
    }
    online.push(...matcher.flush().passes)
    const metersOf = (passes: readonly Pass[]) => {
      const sums = new Map<number, number>()
      for (const { arc, fromMm, toMm } of passes) sums.set(arc, (sums.get(arc) ?? 0) + (toMm - fromMm) / 1000)
      return sums
    }
    const [a, b] = [metersOf(atOnce), metersOf(online)]
    for (const arc of new Set([...a.keys(), ...b.keys()])) different += Math.abs((a.get(arc) ?? 0) - (b.get(arc) ?? 0))
    whole += METERS(atOnce)
  }
  assert.ok(different < 0.02 * whole, `${different.toFixed(0)} of ${whole.toFixed(0)} m differ`)
})

test('fixes out of order, twice the same, or that are no numbers are counted and left out', () => {
  const { streets } = town(2)
  const random = seeded(2)
  const fixes = fixesOf(randomDrive(streets, random, 1_500), random, 2, 3)
  const bad = [...fixes.slice(0, 10), fixes[3]!, fixes[9]!, { lon: NaN, lat: 28, at: 25_000 }, { lon: 117, lat: Infinity, at: 26_000 }, ...fixes.slice(10)]
  const found = matchTrack(streets, bad)
  assert.deepEqual(found.passes, matchTrack(streets, fixes).passes)
  assert.equal(found.counts.late, 4)
  assert.deepEqual(matchTrack(streets, []).passes, [])
  assert.deepEqual(matchTrack(streets, [{ lon: 0, lat: 0, at: 0 }, { lon: 0, lat: 1, at: 1000 }]).passes, [], 'far from every road')
})

test('one track has one answer', () => {
  const { streets } = town(8)
  const random = seeded(8)
  const fixes = fixesOf(randomDrive(streets, random, 3_000), random, 4, 6)
  assert.deepEqual(matchTrack(streets, fixes), matchTrack(streets, fixes))
  assert.ok(streets.driveMs.some((ms) => ms === CLOSED))
})
