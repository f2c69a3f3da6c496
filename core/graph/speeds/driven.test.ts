import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildGraph } from '../build.ts'
import { matchTrack } from '../match/track.ts'
import { randomTown } from '../random-town.ts'
import { streetsOf } from '../streets.ts'
import { drivenOf, LOG_RATIO_MAX } from './driven.ts'
import { fixesAlong, randomWay } from './random-drives.ts'

const graph = buildGraph(randomTown(3, 16))
const streets = streetsOf(graph, 'car')

const drive = (seed: number, times: number, stopMs = 0) => fixesAlong(randomWay(streets, seed), seed, times, stopMs)
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
