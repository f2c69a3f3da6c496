/** One map's answers at moments that differ by speeds and closures, mode by mode. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { buildGraph } from '#core/graph/build.ts'
import { travelModes } from '#core/graph/graph-input.ts'
import { buildPlan, planExtras } from '#core/graph/plan.ts'
import { plainTree } from '#core/graph/plain.ts'
import { msOf } from '#core/graph/cost.ts'
import { nearestEdge } from '#core/graph/grid.ts'
import { boundsOf } from '#core/graph/road-graph.ts'
import { otherSpeeds } from '#core/graph/random-now.ts'
import { randomTown } from '#core/graph/random-town.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { roadsAnswers } from './answers.ts'
import type { TravelMode } from './contract.ts'
import { momentOf, nowOf, openedUp, profileMoment, versionOf, type Moment, type MomentPlan } from './moment.ts'

const seed = 17
const graph = buildGraph(randomTown(seed, 14))
const random = seeded(seed)
const [west, south, east, north] = boundsOf(graph)
const place = () => ({ lon: west + random() * (east - west), lat: south + random() * (north - south) })
const shared = (ms: Uint32Array) => {
  const copy = new Uint32Array(new SharedArrayBuffer(ms.byteLength))
  copy.set(ms)
  return copy
}
/** Every twelfth edge is closed as a whole to those modes. */
const closing = (modes: readonly TravelMode[]) => ({
  modes,
  stretches: Int32Array.from(Array.from({ length: Math.floor(graph.edgeCount / 12) }, (_, i) => [12 * i, 0, graph.edgeMillimeters[12 * i]!]).flat()),
})
const speeds = { car: shared(otherSpeeds(graph.networks.car.arcMs, random)) }
const moments: readonly (readonly [string, Moment])[] = [
  ['the profile', profileMoment],
  ['speeds for cars', momentOf(1, [], speeds)],
  ['speeds for cars and closures for all who drive', momentOf(2, [closing(['car', 'emergency', 'bike'])], speeds)],
  ['closures for walkers, no speeds', momentOf(3, [closing(['foot'])])],
  ['the profile again', profileMoment],
  ['other speeds for cars', momentOf(4, [], { car: shared(otherSpeeds(graph.networks.car.arcMs, random)) })],
]

test('arrivals, and arrivals as if nothing were closed, are those of plain Dijkstra at the speeds of the moment; ways and tables too, with a plan and without', () => {
  const { perform } = roadsAnswers(graph)
  const [from, to] = [Array.from({ length: 6 }, place), Array.from({ length: 3 }, place)]
  for (const [name, moment] of moments) {
    for (const mode of travelModes) {
      const plain = (now: Moment) => {
        const streets = streetsOf(graph, mode, nowOf(now, mode))
        const trees = from.map(({ lon, lat }) => plainTree(streets, nearestEdge(graph, mode, lon, lat)!))
        return to.map(({ lon, lat }) => trees.map((tree) => msOf(tree(nearestEdge(graph, mode, lon, lat)!))))
      }
      const [now, open] = [plain(moment), plain(openedUp(moment))]
      const plan: MomentPlan = { version: versionOf(moment, mode), extras: planExtras(buildPlan(streetsOf(graph, mode, nowOf(moment, mode))), mode) }
      for (const [j, goal] of to.entries()) {
        const asked = { mode, moment, to: goal, travellers: Uint32Array.from(from.keys()), lon: Float64Array.from(from, ({ lon }) => lon), lat: Float64Array.from(from, ({ lat }) => lat) }
        const limits = { metersPerSecondMax: undefined, countMax: undefined, millisecondsMax: undefined }
        const arrivals = (openRoads: boolean) => [...perform.arrivals({ do: 'arrivals', ...asked, ...limits, openRoads }).milliseconds]
        assert.deepEqual(arrivals(false), now[j], `seed ${seed}, ${name}, ${mode}`)
        assert.deepEqual(arrivals(true), open[j], `seed ${seed}, ${name}, ${mode}, as if open`)
        for (const with_ of [undefined, plan]) {
          const way = perform.way({ do: 'way', moment, plan: with_, from: from[0]!, to: goal, mode })
          assert.equal(typeof way === 'object' ? way.seconds * 1000 : Infinity, now[j]![0])
        }
      }
      const table = perform.matrix({ do: 'matrix', moment, plan, from, to, mode })
      assert.equal(table.engine, 'planned')
      for (const [j] of to.entries()) for (const [i] of from.entries()) assert.equal(table.milliseconds[i * to.length + j], now[j]![i])
    }
  }
})

test('a mode that goes by the profile keeps the profile’s plan, whatever is for others', () => {
  const [, [, faster], [, both], [, walkers]] = moments as unknown as [unknown, [string, Moment], [string, Moment], [string, Moment]]
  assert.deepEqual(travelModes.map((mode) => versionOf(faster, mode)), [1, 0, 0, 0])
  assert.deepEqual(travelModes.map((mode) => versionOf(both, mode)), [2, 2, 2, 0])
  assert.deepEqual(travelModes.map((mode) => versionOf(walkers, mode)), [0, 0, 0, 3])
  assert.deepEqual(travelModes.map((mode) => versionOf(openedUp(both), mode)), [2, 0, 0, 0])
})
