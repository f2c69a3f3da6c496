import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../../random.ts'
import { buildGraph } from '../build.ts'
import { pointOnEdge } from '../grid.ts'
import { randomTown } from '../random-town.ts'
import { CLOSED, headOf, tailOf } from '../road-graph.ts'
import { streetsOf } from '../streets.ts'
import { createMatcher, type Fix } from './matcher.ts'
import type { Matched, Passage } from './passages.ts'
import { arcsDriven, matchTrack } from './track.ts'
import { compared, tracesOn, type TraceWishes } from './traces.ts'

const seed = 11
const graph = buildGraph(randomTown(seed, 20))
const streets = streetsOf(graph, 'car')
const TOUCHED_MM = 5_000

const passagesOf = (matched: readonly Matched[]) => matched.filter((each): each is Passage => each.kind === 'passage')

/** Shares of what was driven, over several drives: found, and matched though not driven. */
function sharesOf(wishes: TraceWishes, count = 10) {
  let [driven, found, extra] = [0, 0, 0]
  for (const trace of tracesOn(graph, seed, count, wishes)) {
    const { matched } = matchTrack(streets, trace.fixes, { sigmaMeters: wishes.noiseMeters })
    const result = compared(graph, trace.arcs, arcsDriven(matched, TOUCHED_MM))
    driven += result.drivenMeters
    found += result.foundMeters
    extra += result.extraMeters
  }
  return { found: found / driven, extra: extra / driven }
}

// noise (m), seconds between fixes, least found, most extra; at 30 and 60 s a walk that turns at random is not to be known
const drives: [number, number, number, number][] = [
  [5, 1, 0.98, 0.03], [5, 5, 0.98, 0.03], [5, 15, 0.87, 0.04], [5, 30, 0.65, 0.15], [5, 60, 0.35, 0.3],
  [10, 1, 0.97, 0.04], [10, 5, 0.97, 0.04], [10, 15, 0.86, 0.05], [10, 30, 0.6, 0.15], [10, 60, 0.35, 0.3],
  [20, 1, 0.9, 0.15], [20, 5, 0.9, 0.12], [20, 15, 0.8, 0.08], [20, 30, 0.6, 0.15], [20, 60, 0.3, 0.35],
]
for (const [noiseMeters, everySeconds, foundMin, extraMax] of drives) {
  test(`a random walk with ${noiseMeters} m of noise, a fix every ${everySeconds} s: ${100 * foundMin} % found, at most ${100 * extraMax} % extra`, () => {
    const { found, extra } = sharesOf({ meters: 4_000, noiseMeters, everySeconds })
    assert.ok(found >= foundMin && extra <= extraMax, `seed ${seed}: found ${found}, extra ${extra}`)
  })
}

test('ten minutes parked with drift credit next to nothing that a drive without them does not', () => {
  for (const [noiseMeters, extraMax] of [[5, 0.04], [10, 0.05], [20, 0.18]] as const) {
    const { found, extra } = sharesOf({ meters: 4_000, noiseMeters, everySeconds: 1, parkedSeconds: 600 })
    assert.ok(found >= 0.9 && extra <= extraMax, `seed ${seed}, ${noiseMeters} m: found ${found}, extra ${extra}`)
  }
})

test('two minutes without a fix credit little that was not driven', () => {
  for (const noiseMeters of [5, 10]) {
    const { extra } = sharesOf({ meters: 4_000, noiseMeters, everySeconds: 5, silentSeconds: 120 })
    assert.ok(extra <= 0.06, `seed ${seed}, ${noiseMeters} m: extra ${extra}`)
  }
})

test('decided on line within 30 s, nearly the same arcs are driven as decided at the end; with no lag, exactly the same', () => {
  let [whole, same] = [0, 0]
  for (const noiseMeters of [5, 10]) {
    for (const { fixes } of tracesOn(graph, seed, 8, { meters: 3_000, noiseMeters, everySeconds: 5, parkedSeconds: 120 })) {
      const options = { sigmaMeters: noiseMeters }
      const atEnd = matchTrack(streets, fixes, options)
      const pushed = (lagMs: number) => {
        const matcher = createMatcher(streets, { ...options, lagMs })
        return [...fixes.flatMap((fix) => matcher.push(fix)), ...matcher.finish()]
      }
      assert.deepEqual(pushed(Infinity), atEnd.matched)
      const truth = arcsDriven(atEnd.matched)
      const result = compared(graph, truth, arcsDriven(pushed(30_000)))
      whole += result.drivenMeters
      same += result.foundMeters - result.extraMeters
    }
  }
  assert.ok(same / whole >= 0.95, `seed ${seed}: ${same / whole}`)
})

test('the same fixes give the same answer twice', () => {
  const [trace] = tracesOn(graph, 3, 1, { meters: 3_000, noiseMeters: 10, everySeconds: 5 })
  assert.deepEqual(matchTrack(streets, trace!.fixes), matchTrack(streets, trace!.fixes))
})

test('passages run forward in time and along arcs that are open, and join where there is no gap', () => {
  let count = 0
  for (const trace of tracesOn(graph, 4, 10, { meters: 3_000, noiseMeters: 10, everySeconds: 10, silentSeconds: 100, parkedSeconds: 60 })) {
    const { matched } = matchTrack(streets, trace.fixes)
    count += passagesOf(matched).length
    for (const [i, each] of matched.entries()) {
      if (each.kind === 'gap') {
        assert.ok(each.toMs >= each.fromMs, JSON.stringify(each))
        continue
      }
      assert.notEqual(streets.driveMs[each.arc], CLOSED)
      assert.ok(0 <= each.fromMm && each.fromMm <= each.toMm && each.toMm <= graph.edgeMillimeters[each.arc >>> 1]!, JSON.stringify(each))
      assert.ok(each.enterMs <= each.leaveMs + 1e-6, JSON.stringify(each))
      const before = matched[i - 1]
      if (before?.kind !== 'passage') continue
      assert.ok(before.leaveMs <= each.enterMs + 1e-6, `${JSON.stringify(before)} ${JSON.stringify(each)}`)
      const joins = before.arc === each.arc || headOf(graph, before.arc) === tailOf(graph, each.arc) || (before.arc ^ 1) === each.arc
      assert.ok(joins, `${JSON.stringify(before)} ${JSON.stringify(each)}`)
    }
  }
  assert.ok(count > 50, String(count))
})

test('one wild fix is dropped, counted, and changes nothing else', () => {
  const [trace] = tracesOn(graph, 6, 1, { meters: 3_000, noiseMeters: 5, everySeconds: 5 })
  const fixes = [...trace!.fixes]
  const clean = arcsDriven(matchTrack(streets, fixes).matched, TOUCHED_MM)
  const middle = Math.floor(fixes.length / 2)
  fixes[middle] = { ...fixes[middle]!, lon: fixes[middle]!.lon + 0.004 }
  const wild = matchTrack(streets, fixes)
  assert.equal(wild.counts.wild + wild.counts.offRoad, 1)
  const result = compared(graph, clean, arcsDriven(wild.matched, TOUCHED_MM))
  assert.ok(result.foundMeters >= 0.95 * result.drivenMeters && result.extraMeters <= 0.02 * result.drivenMeters, JSON.stringify(result))
})

test('far from every road nothing is credited, and driving there is a gap', () => {
  const [trace] = tracesOn(graph, 8, 1, { meters: 3_000, noiseMeters: 5, everySeconds: 5 })
  const fixes = trace!.fixes
  const away = fixes.map((fix, i) => (i > fixes.length / 3 && i < fixes.length / 2 ? { ...fix, lat: fix.lat + 1 } : fix))
  const { matched, counts } = matchTrack(streets, away)
  assert.ok(counts.offRoad > 5)
  const gap = matched.find((each) => each.kind === 'gap')
  assert.equal(gap?.kind === 'gap' && gap.reason, 'off-road')
  const [from, to] = [away[Math.ceil(fixes.length / 3) + 1]!.ms, away[Math.floor(fixes.length / 2) - 1]!.ms]
  for (const each of passagesOf(matched)) assert.ok(each.leaveMs <= from || each.enterMs >= to, JSON.stringify(each))
  assert.deepEqual(matchTrack(streets, fixes.map((fix) => ({ ...fix, lat: fix.lat + 1 }))).matched.filter((each) => each.kind === 'passage'), [])
})

test('what is no number is refused at the door; equal times and times that go back are left out and counted', () => {
  const matcher = createMatcher(streets)
  const place = pointOnEdge(graph, 0, 0)
  const good: Fix = { lon: place.lon, lat: place.lat, ms: 1_000 }
  for (const bad of [{ lon: NaN }, { lat: NaN }, { ms: NaN }, { ms: Infinity }, { lon: 181 }, { lat: -91 }]) {
    assert.throws(() => matcher.push({ ...good, ...bad }), RangeError)
  }
  matcher.push(good)
  matcher.push(good)
  matcher.push({ ...good, ms: 0 })
  assert.equal(matcher.counts().untimely, 2)
  matcher.finish()
})

test('fixes thrown about at random never make it throw', () => {
  const random = seeded(seed)
  for (let run = 0; run < 20; run++) {
    const matcher = createMatcher(streets)
    for (let i = 0, ms = 0; i < 200; i++) {
      ms += random() < 0.1 ? -5_000 * random() : 60_000 * random() * random()
      matcher.push({ ms, lon: 117 + 0.02 * random(), lat: 28 + 0.02 * random(), headingDegrees: 720 * random() - 360, metersPerSecond: 40 * random(), accuracyMeters: 100 * random() - 10 })
    }
    matcher.finish()
  }
})
