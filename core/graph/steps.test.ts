import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../random.ts'
import { buildGraph } from './build.ts'
import { travelModes } from './graph-input.ts'
import { somewhere } from './random-now.ts'
import { randomTown } from './random-town.ts'
import { stepsOf } from './steps.ts'
import { streetsOf } from './streets.ts'
import { route } from './travel.ts'

test('steps add up to the way, begin with a departure and end with an arrival', () => {
  let ways = 0
  for (let seed = 1; seed <= 60; seed++) {
    const input = randomTown(seed, 8)
    const graph = buildGraph({ ...input, edgeStreet: input.edgeStreet.map((_, edge) => (edge % 5) - 1) })
    for (const mode of travelModes) {
      const streets = streetsOf(graph, mode)
      const point = somewhere(graph, mode, seeded(seed))
      const [from, to] = [point(), point()]
      const way = route(streets, from, to)
      if (!way) continue
      ways++
      const steps = stepsOf(graph, way)
      assert.equal(steps[0]!.turn, 'depart')
      assert.equal(steps.at(-1)!.turn, 'arrive')
      assert.ok(steps.slice(1, -1).every(({ turn }) => turn !== 'depart' && turn !== 'arrive'))
      assert.equal(steps.reduce((sum, step) => sum + step.milliseconds, 0), way.milliseconds, `seed ${seed}, ${mode}`)
      assert.ok(Math.abs(steps.reduce((sum, step) => sum + step.meters, 0) - way.meters) < 1e-6, `seed ${seed}, ${mode}`)
      assert.ok(steps.every(({ milliseconds, meters }) => milliseconds >= 0 && meters >= 0))
      assert.deepEqual([steps.at(-1)!.lon, steps.at(-1)!.lat], [to.lon, to.lat])
    }
  }
  assert.ok(ways > 150, `${ways} ways`)
})
