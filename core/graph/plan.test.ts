import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../random.ts'
import { buildGraph } from './build.ts'
import { metersOf, msOf } from './cost.ts'
import { createEngine } from './engine.ts'
import { travelModes } from './graph-input.ts'
import { readGraphFile, writeGraph } from './graph-file.ts'
import { oracleOf } from './oracle.ts'
import { plainTree } from './plain.ts'
import { buildPlan, planExtras, planFrom, planMatrix, planRoute, planTree } from './plan.ts'
import { otherSpeeds, someClosures, somewhere } from './random-now.ts'
import { randomTown } from './random-town.ts'
import { CLOSED } from './road-graph.ts'
import { streetsOf } from './streets.ts'
import { reach } from './reach.ts'

for (const mode of travelModes) {
  test(`${mode}: matrix and ways prepared in 60 invented towns are those of the plain search, also with other speeds and closed roads`, () => {
    let unreachable = 0
    let compared = 0
    for (let seed = 1; seed <= 60; seed++) {
      const input = randomTown(seed, 5 + (seed % 5), 3 * (seed % 6))
      const graph = buildGraph(input)
      const random = seeded(seed * 104_729)
      const now =
        seed % 3 === 0 ? {}
        : seed % 3 === 1 ? { closures: someClosures(graph, random) }
        : { closures: someClosures(graph, random), driveMs: otherSpeeds(graph.networks[mode].arcMs, random) }
      const streets = streetsOf(graph, mode, now)
      const plan = buildPlan(streets)
      const oracle = oracleOf(input, graph, mode, now)
      const point = somewhere(graph, mode, random)
      const from = Array.from({ length: 12 }, point)
      // some are where others are
      const to = [...Array.from({ length: 9 }, point), from[0]!, from[3]!]
      const costs = planMatrix(plan, streets, from, to)
      const byBuckets = planMatrix({ ...plan, labels: undefined }, streets, from, to)
      assert.deepEqual(byBuckets, costs, `seed ${seed}: buckets and labels`)
      for (const [i, start] of from.entries()) {
        const plain = plainTree(streets, start)
        for (const [j, goal] of to.entries()) {
          const where = `seed ${seed}, ${i} to ${j}: ${JSON.stringify({ start, goal })}`
          const expected = plain(goal)
          assert.equal(costs[i * to.length + j], expected, where)
          compared++
          if (expected === Infinity) unreachable++
          if (j >= 4) continue
          assert.equal(oracle.cost(start, goal), expected, where)
          const way = planRoute(plan, streets, start, goal)
          assert.equal(way?.milliseconds ?? Infinity, msOf(expected), where)
          assert.equal(way?.meters ?? Infinity, metersOf(expected), where)
          if (way) assert.equal(oracle.complaint([...way.arcs]), undefined, where)
        }
      }
      for (const direction of ['from', 'to'] as const) {
        const costs = planTree(plan, streets, from.slice(0, 2), direction)
        const { vertices, costs: reached } = reach(streets, from.slice(0, 2), Infinity, direction)
        const expected = new Float64Array(costs.length).fill(Infinity)
        vertices.forEach((vertex, k) => (expected[vertex] = reached[k]!))
        assert.deepEqual(costs, expected, `seed ${seed}: the tree ${direction} two points`)
      }
    }
    assert.ok(unreachable < 0.6 * compared, `${unreachable} of ${compared} unreachable`)
  })
}

test('from a place to itself it takes no time, and a way there', () => {
  const graph = buildGraph(randomTown(5, 8))
  const streets = streetsOf(graph, 'car')
  const plan = buildPlan(streets)
  const at = somewhere(graph, 'car', seeded(5))()
  assert.equal(planMatrix(plan, streets, [at], [at])[0], 0)
  assert.equal(planRoute(plan, streets, at, at)?.milliseconds, 0)
  assert.equal(planMatrix(plan, streets, [], [at]).length, 0)
})

test('the door answers the same from searches and from plans, and a plan counts only for its moment', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const graph = buildGraph(randomTown(seed, 9))
    const random = seeded(seed)
    const searching = createEngine(graph)
    const planning = createEngine(graph, { car: buildPlan(searching.streets('car')) })
    const points = Array.from({ length: 10 }, somewhere(graph, 'car', random))
    const agree = (what: string) => {
      assert.deepEqual(planning.matrix('car', points, points), searching.matrix('car', points, points), `seed ${seed}: ${what}`)
      assert.deepEqual(planning.arrivals('car', points[0]!, points), searching.arrivals('car', points[0]!, points), `seed ${seed}: ${what}`)
      assert.equal(planning.route('car', points[1]!, points[2]!)?.milliseconds, searching.route('car', points[1]!, points[2]!)?.milliseconds, `seed ${seed}: ${what}`)
    }
    assert.ok(planning.plan('car') && !searching.plan('car'))
    agree('prepared')
    const closures = someClosures(graph, random)
    for (const engine of [planning, searching]) engine.setNow('car', { closures })
    assert.equal(planning.plan('car'), undefined)
    agree('closed, nothing prepared')
    planning.setPlan('car', buildPlan(planning.streets('car')))
    agree('closed, prepared again')
    for (const engine of [planning, searching]) engine.setNow('car', {})
    assert.ok(planning.plan('car'), 'the plan for open roads is still there')
    agree('open again')
  }
})

test('a plan kept in the file is the plan that was made', () => {
  const graph = buildGraph(randomTown(6, 9))
  const plan = buildPlan(streetsOf(graph, 'foot'))
  const { extras } = readGraphFile(writeGraph(graph, planExtras(plan, 'foot')))
  assert.deepEqual(planFrom(extras, 'foot'), plan)
  assert.equal(planFrom(extras, 'car'), undefined)
})

test('the three legs of a triangle, closing a road and opening it again: laws that hold for every engine', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const graph = buildGraph(randomTown(seed, 9))
    const random = seeded(seed)
    const engine = createEngine(graph)
    for (const mode of travelModes) {
      const points = Array.from({ length: 8 }, somewhere(graph, mode, random))
      const before = engine.matrix(mode, points, points)
      const at = (i: number, j: number) => before.milliseconds[i * points.length + j]!
      for (let i = 0; i < points.length; i++) {
        for (let j = 0; j < points.length; j++) {
          for (let k = 0; k < points.length; k++) {
            // On foot nobody saves a turn; parts of an edge are rounded, at most half a millisecond at each end. In a vehicle a
            // stop at j is worth something: one may leave it the other way.
            if (mode === 'foot') assert.ok(at(i, k) <= at(i, j) + at(j, k) + 3, `seed ${seed}, foot: ${i} ${j} ${k}`)
          }
        }
      }
      engine.setNow(mode, { closures: someClosures(graph, random) })
      const closed = engine.matrix(mode, points, points)
      closed.milliseconds.forEach((ms, k) => assert.ok(ms >= before.milliseconds[k]!, `seed ${seed}, ${mode}: a closure made pair ${k} faster`))
      engine.setNow(mode, { driveMs: graph.networks[mode].arcMs.map((ms) => (ms === CLOSED ? CLOSED : ms + 1)) })
      const slower = engine.matrix(mode, points, points)
      // parts of an edge are rounded, at both ends
      slower.milliseconds.forEach((ms, k) => assert.ok(ms + 2 >= before.milliseconds[k]!, `seed ${seed}, ${mode}: slower roads made pair ${k} faster`))
      engine.setNow(mode, {})
      assert.deepEqual(engine.matrix(mode, points, points), before, `seed ${seed}, ${mode}: as before`)
    }
  }
})

test('there and back is the same on foot where no stair leads only down', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const input = randomTown(seed, 8)
    const foot = { ...input.modes.foot, arcKmh: input.modes.foot.arcKmh.map(() => 5), nodeDelayMs: input.modes.foot.nodeDelayMs.map(() => 0) }
    const graph = buildGraph({ ...input, modes: { ...input.modes, foot } })
    const streets = streetsOf(graph, 'foot')
    const plan = buildPlan(streets)
    const points = Array.from({ length: 10 }, somewhere(graph, 'foot', seeded(seed)))
    const there = planMatrix(plan, streets, points, points)
    for (let i = 0; i < points.length; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [there[i * points.length + j]!, there[j * points.length + i]!]
        assert.ok(a === b || Math.abs(msOf(a) - msOf(b)) <= 2, `seed ${seed}: ${i} to ${j} ${msOf(a)} ms, back ${msOf(b)} ms`)
      }
    }
  }
})
