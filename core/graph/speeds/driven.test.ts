import assert from 'node:assert/strict'
import { test } from 'node:test'
import { METERS_PER_DEGREE } from '../../geo/distance.ts'
import { seeded } from '../../random.ts'
import { buildGraph } from '../build.ts'
import { nearestEdge } from '../grid.ts'
import type { Fix } from '../match/matcher.ts'
import { matchTrack } from '../match/track.ts'
import { randomTown } from '../random-town.ts'
import { streetsOf } from '../streets.ts'
import { route } from '../travel.ts'
import { drivenOf, LOG_RATIO_MAX } from './driven.ts'

const graph = buildGraph(randomTown(3, 16))
const streets = streetsOf(graph, 'car')

/** Fixes, one a second, of somebody who takes the fastest way and needs `times` the profile's time. Stands still after a third for `stopMs`. */
function drive(seed: number, times: number, stopMs = 0): Fix[] {
  const random = seeded(seed)
  for (;;) {
    const corner = () => nearestEdge(graph, 'car', 117 + 0.016 * random(), 28 + 0.0144 * random())
    const [from, to] = [corner(), corner()]
    const way = from && to && route(streets, from, to)
    if (!way || way.milliseconds < 60_000) continue
    const fixes: Fix[] = []
    const noise = () => (3 * (random() + random() + random() - 1.5)) / METERS_PER_DEGREE
    const stopAt = (way.milliseconds * times) / 3
    for (let ms = 0, point = 0; ms <= way.milliseconds * times + stopMs; ms += 1000) {
      const moved = ms < stopAt ? ms : Math.max(stopAt, ms - stopMs)
      while (point + 1 < way.pointMs.length && way.pointMs[point + 1]! * times < moved) point++
      const [a, b] = [way.pointMs[point]! * times, (way.pointMs[point + 1] ?? Infinity) * times]
      const share = b > a && b !== Infinity ? (moved - a) / (b - a) : 0
      const at = (k: number) => way.points[2 * point + k]! + share * ((way.points[2 * point + 2 + k] ?? way.points[2 * point + k]!) - way.points[2 * point + k]!)
      fixes.push({ lon: at(0) + noise(), lat: at(1) + noise(), ms })
    }
    return fixes
  }
}
const always = () => true
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!

for (const times of [0.8, 1, 1.5, 2.5]) {
  test(`who needs ${times} times the profile's time is said to`, () => {
    const ratios: number[] = []
    for (let seed = 1; seed <= 12; seed++) ratios.push(...drivenOf(streets, matchTrack(streets, drive(seed, times)).matched, always).map(({ logRatio }) => logRatio))
    assert.ok(ratios.length > 40, `${ratios.length} arcs`)
    assert.ok(Math.abs(median(ratios) - Math.log(times)) < 0.12, `${median(ratios)} for ${Math.log(times)}`)
  })
}

test('a stop of ten minutes says nothing of the road it was made on', () => {
  for (let seed = 1; seed <= 8; seed++) {
    const driven = drivenOf(streets, matchTrack(streets, drive(seed, 1, 600_000)).matched, always)
    assert.ok(driven.every(({ logRatio }) => Math.abs(logRatio) <= LOG_RATIO_MAX))
    assert.ok(Math.abs(median(driven.map(({ logRatio }) => logRatio))) < 0.2)
  }
})

test('nothing is learned from who was going nowhere, or from a track without roads', () => {
  const { matched } = matchTrack(streets, drive(1, 1))
  assert.deepEqual(drivenOf(streets, matched, () => false), [])
  assert.deepEqual(drivenOf(streets, [], always), [])
  const half = drivenOf(streets, matched, (from) => from > 60_000)
  assert.ok(half.length < drivenOf(streets, matched, always).length && half.every(({ ms }) => ms > 60_000))
})
