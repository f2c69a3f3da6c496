import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildGraph } from '#core/graph/build.ts'
import { randomTown } from '#core/graph/random-town.ts'
import { someClosures, somewhere } from '#core/graph/random-now.ts'
import { createStandings } from '#core/graph/standings.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { arrivalsOf } from '#core/graph/travel.ts'
import { seeded } from '#core/random.ts'
import { secondsWithin, travelOf } from './contract.ts'
import { firstArrivals } from './first-arrivals.ts'

test('the first few are those of the list of everybody, with limits of speed and many at one place, and all who tie with the last', () => {
  const tried = { cut: 0, tied: 0, overtaken: 0 }
  for (let seed = 1; seed <= 150; seed++) {
    const random = seeded(seed * 31)
    const graph = buildGraph(randomTown(seed, 6))
    const streets = streetsOf(graph, 'bike', { closures: someClosures(graph, random) })
    const point = somewhere(graph, 'bike', random)
    const places = Array.from({ length: 12 }, point)
    const standings = createStandings(streets)
    const only = new Uint8Array(40)
    const limits = new Map<number, number>()
    for (let traveller = 0; traveller < 40; traveller++) {
      standings.place(traveller, places[Math.floor(random() * places.length)]!)
      if (random() < 0.9) only[traveller] = 1
      if (random() < 0.5) limits.set(traveller, 1 + 12 * random())
    }
    const to = point()
    const all = arrivalsOf(standings, to, { only })
    const listOf = ({ milliseconds, meters }: typeof all) =>
      [...milliseconds.keys()]
        .filter((traveller) => milliseconds[traveller] !== Infinity)
        .map((traveller) => ({ traveller, ms: 1000 * secondsWithin(limits.get(traveller), milliseconds[traveller]! / 1000, meters[traveller]!) }))
        .sort((a, b) => a.ms - b.ms || a.traveller - b.traveller)
    const everybody = listOf(all)
    for (const countMax of [1, 3, 10, 39, 100]) {
      const found = firstArrivals(standings, to, { only, metersPerSecondMax: limits, countMax })
      const last = everybody[countMax - 1]?.ms ?? Infinity
      const expected = everybody.filter(({ ms }) => ms <= last)
      assert.deepEqual(listOf(found).slice(0, expected.length), expected, `seed ${seed}, first ${countMax}`)
      for (const { traveller } of expected) assert.deepEqual([found.milliseconds[traveller], found.meters[traveller]], [all.milliseconds[traveller], all.meters[traveller]])
      if (everybody.length > countMax) tried.cut++
      if (expected.length > countMax) tried.tied++
      if (expected.some(({ traveller, ms }) => ms > all.milliseconds[traveller]!)) tried.overtaken++
    }
    const millisecondsMax = everybody[5]?.ms ?? 1000
    const within = listOf(firstArrivals(standings, to, { only, metersPerSecondMax: limits, countMax: 4, millisecondsMax: Math.ceil(millisecondsMax) }))
    const expected = everybody.filter(({ ms }) => ms <= millisecondsMax).slice(0, 4)
    assert.deepEqual(within.slice(0, expected.length), expected, `seed ${seed}, within a time`)
  }
  assert.ok(tried.cut > 300 && tried.tied > 100 && tried.overtaken > 100, JSON.stringify(tried))
})

test('by what a unit travels: on foot, by car, by motorcycle, and no e-bike faster than 25 km/h', () => {
  assert.deepEqual((['foot', 'car', 'motorcycle', 'e-bike'] as const).map((kind) => travelOf(kind).mode), ['foot', 'car', 'bike', 'bike'])
  assert.deepEqual((['foot', 'car', 'motorcycle', 'e-bike'] as const).map((kind) => travelOf(kind, true).mode), ['foot', 'emergency', 'bike', 'bike'])
  assert.equal(travelOf('motorcycle').metersPerSecondMax, undefined)
  const { metersPerSecondMax } = travelOf('e-bike')
  assert.deepEqual([secondsWithin(metersPerSecondMax, 60, 1000), secondsWithin(metersPerSecondMax, 200, 1000), secondsWithin(undefined, 60, 1000)], [144, 200, 60])
})
