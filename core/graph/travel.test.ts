import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../random.ts'
import { buildGraph } from './build.ts'
import { metersOf, msOf } from './cost.ts'
import { travelModes } from './graph-input.ts'
import type { Snap } from './grid.ts'
import { oracleOf } from './oracle.ts'
import { plainTree } from './plain.ts'
import { randomTown } from './random-town.ts'
import { createStandings } from './standings.ts'
import { otherSpeeds, someClosures, somewhere } from './random-now.ts'
import { streetsOf } from './streets.ts'
import { arrivals, arrivalsOf, route } from './travel.ts'
import { positionOn } from './way.ts'

for (const mode of travelModes) {
  test(`${mode}: arrivals in 120 invented towns are those of the obvious search, to the last unit, also with other speeds and closed roads`, () => {
    let compared = 0
    let unreachable = 0
    let copies = 0
    for (let seed = 1; seed <= 120; seed++) {
      const input = randomTown(seed, 5 + (seed % 4), 3 * (seed % 6))
      const graph = buildGraph(input)
      copies += graph.networks[mode].copyArc.length
      const random = seeded(seed * 7919)
      const now =
        seed % 3 === 0 ? {}
        : seed % 3 === 1 ? { closures: someClosures(graph, random) }
        : { closures: someClosures(graph, random), driveMs: otherSpeeds(graph.networks[mode].arcMs, random) }
      const streets = streetsOf(graph, mode, now)
      const oracle = oracleOf(input, graph, mode, now)
      const point = somewhere(graph, mode, random)
      const to = point()
      const from = Array.from({ length: 8 }, point)
      const { milliseconds, meters } = arrivals(streets, to, from)
      for (const [i, start] of from.entries()) {
        const expected = oracle.cost(start, to)
        assert.equal(milliseconds[i], msOf(expected), `seed ${seed}, traveller ${i}: ${JSON.stringify({ start, to })}`)
        assert.equal(meters[i], metersOf(expected), `seed ${seed}, traveller ${i}: ${JSON.stringify({ start, to })}`)
        assert.equal(plainTree(streets, start)(to), expected, `seed ${seed}, traveller ${i}: the plain search`)
        compared++
        const way = route(streets, start, to)
        if (expected === Infinity) {
          unreachable++
          assert.equal(way, undefined, `seed ${seed}, traveller ${i}`)
          continue
        }
        assert.equal(way?.milliseconds, msOf(expected), `seed ${seed}, traveller ${i}: the way's time`)
        assert.equal(way?.meters, metersOf(expected), `seed ${seed}, traveller ${i}: the way's length`)
        assert.equal(oracle.complaint([...way!.arcs]), undefined, `seed ${seed}, traveller ${i}`)
      }
    }
    assert.ok(compared === 960 && unreachable < compared * 0.6, `${unreachable} of ${compared} unreachable`)
    if (mode === 'car') assert.ok(copies > 50, `only ${copies} pieces with a past: the restrictions over several edges were hardly tried`)
  })
}

test('many travellers at once are told what each alone is told', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const graph = buildGraph(randomTown(seed, 9))
    const streets = streetsOf(graph, 'car')
    const random = seeded(seed)
    const point = somewhere(graph, 'car', random)
    const to = point()
    const from = Array.from({ length: 60 }, point)
    const together = arrivals(streets, to, from)
    for (const [i, start] of from.entries()) {
      const alone = arrivals(streets, to, [start])
      assert.equal(together.milliseconds[i], alone.milliseconds[0], `seed ${seed}, traveller ${i}`)
      assert.equal(together.meters[i], alone.meters[0], `seed ${seed}, traveller ${i}`)
    }
  }
})

test('the first five to arrive, and those within some time, are the first of all', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const graph = buildGraph(randomTown(seed, 9))
    const random = seeded(seed)
    const streets = streetsOf(graph, 'car', seed % 2 === 0 ? { closures: someClosures(graph, random) } : {})
    const point = somewhere(graph, 'car', random)
    const to = point()
    const from = Array.from({ length: 40 }, point)
    const all = arrivals(streets, to, from).milliseconds
    const first = [...all].filter((ms) => ms !== Infinity).sort((a, b) => a - b)
    const five = arrivals(streets, to, from, { countMax: 5 }).milliseconds
    assert.deepEqual([...five].filter((ms) => ms !== Infinity).sort((a, b) => a - b), first.slice(0, 5), `seed ${seed}`)
    five.forEach((ms, i) => assert.ok(ms === Infinity || ms === all[i], `seed ${seed}, traveller ${i}`))
    const limit = first[Math.floor(first.length / 2)] ?? 0
    const early = arrivals(streets, to, from, { millisecondsMax: limit }).milliseconds
    all.forEach((ms, i) => assert.equal(early[i], ms <= limit ? ms : Infinity, `seed ${seed}, traveller ${i}, within ${limit} ms`))
  }
})

test('travellers who move, leave and come back are found where they are', () => {
  const graph = buildGraph(randomTown(3, 9))
  const streets = streetsOf(graph, 'car')
  const random = seeded(3)
  const point = somewhere(graph, 'car', random)
  const standings = createStandings(streets)
  const places: (Snap | undefined)[] = []
  for (let turn = 0; turn < 300; turn++) {
    const traveller = Math.floor(random() * 30)
    places[traveller] = random() < 0.3 ? undefined : point()
    if (places[traveller]) standings.place(traveller, places[traveller])
    else standings.remove(traveller)
    if (turn % 10 !== 9) continue
    const to = point()
    const there = [...places.entries()].filter((each): each is [number, Snap] => each[1] !== undefined)
    assert.equal(standings.placedCount(), there.length, `turn ${turn}`)
    const expected = arrivals(streets, to, there.map(([, snap]) => snap)).milliseconds
    const found = arrivalsOf(standings, to).milliseconds
    there.forEach(([traveller], i) => assert.equal(found[traveller], expected[i], `turn ${turn}, traveller ${traveller}`))
    assert.equal(found.filter((ms) => ms !== Infinity).length, expected.filter((ms) => ms !== Infinity).length)
    // some of them only, and of those the first three
    const only = Uint8Array.from({ length: 30 }, () => (random() < 0.5 ? 1 : 0))
    const some = there.map(([traveller], i) => (only[traveller] === 1 ? expected[i]! : Infinity))
    const meant = arrivalsOf(standings, to, { only }).milliseconds
    there.forEach(([traveller], i) => assert.equal(meant[traveller], some[i], `turn ${turn}, traveller ${traveller}, some only`))
    const three = [...arrivalsOf(standings, to, { only, countMax: 3 }).milliseconds].filter((ms) => ms !== Infinity).sort((a, b) => a - b)
    assert.deepEqual(three, some.filter((ms) => ms !== Infinity).sort((a, b) => a - b).slice(0, 3), `turn ${turn}`)
  }
})

test('a search leaves nothing behind: the same question after a thousand others has the same answer', () => {
  const graph = buildGraph(randomTown(4, 8))
  const streets = streetsOf(graph, 'car')
  const random = seeded(4)
  const point = somewhere(graph, 'car', random)
  const to = point()
  const from = Array.from({ length: 10 }, point)
  const first = arrivals(streets, to, from)
  for (let i = 0; i < 1000; i++) arrivals(streets, point(), [point(), point()])
  assert.deepEqual(arrivals(streets, to, from), first)
})

test('nobody asked, nobody answers', () => {
  const graph = buildGraph(randomTown(1, 4))
  const streets = streetsOf(graph, 'car')
  const snap = somewhere(graph, 'car', seeded(1))()
  assert.equal(arrivals(streets, snap, []).milliseconds.length, 0)
  assert.equal(arrivals(streets, snap, [snap]).milliseconds[0], 0)
  assert.equal(route(streets, snap, snap)?.milliseconds, 0)
})

test('a way is drawn without jumps, its clock never goes back, and its parts add up', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const graph = buildGraph(randomTown(seed, 8))
    const streets = streetsOf(graph, 'car')
    const point = somewhere(graph, 'car', seeded(seed + 100))
    const [from, to] = [point(), point()]
    const way = route(streets, from, to)
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
    assert.ok(Math.abs(drawn - way.meters) < 0.01 * drawn + 1, `seed ${seed}: ${drawn} m drawn, ${way.meters} m said`)
  }
})

test('who travels a way is at its ends at its ends, and never faster than 80 km/h between', () => {
  const graph = buildGraph(randomTown(12, 10))
  const streets = streetsOf(graph, 'car')
  const point = somewhere(graph, 'car', seeded(12))
  let way
  do way = route(streets, point(), point())
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
