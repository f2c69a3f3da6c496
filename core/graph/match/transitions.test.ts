import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distanceMeters } from '../../geo/distance.ts'
import { buildGraph } from '../build.ts'
import { randomTown } from '../random-town.ts'
import { streetsOf, type Streets } from '../streets.ts'
import { groundOf } from './ground.ts'
import { createMatcher, matchDefaults } from './matcher.ts'
import { beliefs, stepOf, type Fix } from './model.ts'
import { plainChain, type Place } from './oracle.ts'
import { tracesOn } from './traces.ts'
import { createTransitions } from './transitions.ts'

const SIGMA = 6

/** Viterbi with the searches that end early, over all fixes. */
function chainOf(streets: Streets, fixes: readonly Fix[]): { score: number; places: Place[] } | undefined {
  const ground = groundOf(streets)
  const { candidates } = ground
  const reach = createTransitions(streets, ground)
  type Layer = { piece: Uint32Array; along: Float64Array; score: Float64Array; off: Float64Array; prior: Int32Array }
  const layers: Layer[] = []
  for (const [i, fix] of fixes.entries()) {
    const count = ground.look(fix, SIGMA, matchDefaults.metersMax, beliefs)
    const along = candidates.along.slice(0, count)
    const off = candidates.off.slice(0, count)
    if (i === 0) {
      layers.push({ piece: Uint32Array.from(candidates.arc.subarray(0, count), (arc) => streets.network.arcPiece[arc]!), along, score: candidates.score.slice(0, count), off, prior: new Int32Array(count) })
      continue
    }
    const last = fixes[i - 1]!
    const seconds = (fix.ms - last.ms) / 1000
    const step = stepOf(distanceMeters(last.lon, last.lat, fix.lon, fix.lat), seconds, 2 * SIGMA, matchDefaults.speedMax * seconds + 4 * SIGMA, beliefs)
    const { score, prior, piece, best } = reach(layers.at(-1)!, 0, layers.at(-1)!.score.length, fix, step, beliefs)
    if (best === -Infinity) return undefined
    layers.push({ piece: piece.slice(0, count), along, score: score.slice(0, count), off, prior: prior.slice(0, count) })
  }
  const places: Place[] = []
  const { score } = layers.at(-1)!
  let state = score.indexOf(Math.max(...score))
  const best = score[state]!
  for (const layer of layers.reverse()) {
    places.unshift({ piece: layer.piece[state]!, along: layer.along[state]! })
    state = layer.prior[state]!
  }
  return { score: best, places }
}

for (const everySeconds of [5, 15, 40]) {
  test(`a fix every ${everySeconds} s: the best chain is that of Viterbi over all states and all ways by plain Dijkstra`, () => {
    let [same, equal, drives, broken] = [0, 0, 0, 0]
    for (let seed = 1; seed <= 20; seed++) {
      const graph = buildGraph(randomTown(seed, 8))
      const streets = streetsOf(graph, 'car')
      for (const { fixes } of tracesOn(graph, seed, 2, { meters: 1_500, noiseMeters: 8, everySeconds })) {
        const [fast, slow] = [chainOf(streets, fixes), plainChain(streets, fixes, SIGMA)]
        drives++
        assert.equal(fast === undefined, slow === undefined, `seed ${seed}`)
        if (!fast || !slow) {
          broken++
          continue
        }
        assert.ok(Math.abs(fast.score - slow.score) < 1e-6, `seed ${seed}: ${fast.score}, plainly ${slow.score}`)
        // two roads of the same shape are equally likely: then the places may differ, and the score not
        if (JSON.stringify(fast.places) === JSON.stringify(slow.places)) same++
        equal++
      }
    }
    assert.ok(same >= 0.8 * equal && broken <= 0.3 * drives, `same places in ${same} of ${equal}, broken ${broken} of ${drives}`)
  })
}

test('the matcher credits every place of that chain, where it left no fix out', () => {
  let [count, missed] = [0, 0]
  for (let seed = 1; seed <= 20; seed++) {
    const graph = buildGraph(randomTown(seed, 8))
    const streets = streetsOf(graph, 'car')
    for (const { fixes } of tracesOn(graph, seed, 3, { meters: 1_500, noiseMeters: 3, everySeconds: 10 })) {
      const matcher = createMatcher(streets, { lagMs: Infinity })
      const matched = [...fixes.flatMap((fix) => matcher.push(fix)), ...matcher.finish()]
      const { still, wild, offRoad } = matcher.counts()
      if (still + wild + offRoad > 0 || matched.some((each) => each.kind === 'gap')) continue
      for (const { piece } of plainChain(streets, fixes, SIGMA)!.places) {
        count++
        if (!matched.some((each) => each.kind === 'passage' && each.arc === streets.network.pieceArc[piece])) missed++
      }
    }
  }
  assert.ok(count > 200 && missed <= 0.01 * count, `${missed} of ${count} places`)
})
