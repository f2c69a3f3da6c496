/** `gengfu roads check`: the engine's answers held against the plain search, at random places, before and after random changes. */
import { metersOf, msOf } from '#core/graph/cost.ts'
import { createEngine, type Engine, type Now } from '#core/graph/engine.ts'
import { travelModes, type TravelMode } from '#core/graph/graph-input.ts'
import { buildPlan, planMatrix } from '#core/graph/plan.ts'
import { plainTree } from '#core/graph/plain.ts'
import { otherSpeeds, someClosures, somewhere } from '#core/graph/random-now.ts'
import { seeded } from '#core/random.ts'

export type CheckReport = {
  readonly seed: number
  /** Pairs of points compared, each by every engine: matrix from labels, from buckets, from searches; way, prepared and searched; each to the millisecond and the decimetre. */
  readonly pairs: number
  readonly reachable: number
  readonly differences: number
  readonly modes: Readonly<Record<string, { readonly pairs: number; readonly reachable: number; readonly differences: number }>>
  /** The first of them, in words. */
  readonly examples: readonly string[]
}

const EXAMPLES_MAX = 10

/**
 * For every kind of traveller: a third of the pairs on the streets as the profile has them, a third with random closures, and a third
 * with other speeds too. Plans are built again for the changed streets.
 */
export function checkRoads(engine: Engine, pairs: number, seed: number): CheckReport {
  const examples: string[] = []
  const modes: Record<string, { pairs: number; reachable: number; differences: number }> = {}
  for (const mode of travelModes) {
    const random = seeded(seed * 4 + travelModes.indexOf(mode))
    const row = { pairs: 0, reachable: 0, differences: 0 }
    for (const [i, name] of ['as the profile has it', 'with closed roads', 'with closed roads and other speeds'].entries()) {
      const share = Math.ceil(((i + 1) * pairs) / 3) - Math.ceil((i * pairs) / 3)
      if (share === 0) continue
      const { graph } = engine
      const closures = someClosures(graph, random)
      const now: Now = i === 0 ? {} : i === 1 ? { closures } : { closures, driveMs: otherSpeeds(graph.networks[mode].arcMs, random) }
      compare(engine, mode, now, share, random, row, (what) => examples.length < EXAMPLES_MAX && examples.push(`${mode}, ${name}: ${what}`))
      process.stderr.write(`${mode}, ${name}: ${row.pairs} pairs, ${row.differences} differences\n`)
    }
    modes[mode] = row
  }
  const sum = (of: 'pairs' | 'reachable' | 'differences') => Object.values(modes).reduce((total, row) => total + row[of], 0)
  return { seed, pairs: sum('pairs'), reachable: sum('reachable'), differences: sum('differences'), modes, examples }
}

function compare(
  engine: Engine,
  mode: TravelMode,
  now: Now,
  pairs: number,
  random: () => number,
  row: { pairs: number; reachable: number; differences: number },
  say: (what: string) => void,
): void {
  const { graph } = engine
  if (!graph.networks[mode].usable.includes(1)) return
  engine.setNow(mode, now)
  const searching = createEngine(graph)
  searching.setNow(mode, now)
  const streets = engine.streets(mode)
  const plan = engine.plan(mode) ?? buildPlan(streets)
  engine.setPlan(mode, plan)

  const point = somewhere(graph, mode, random)
  const perSource = Math.max(1, Math.ceil(Math.sqrt(pairs)))
  for (let left = pairs; left > 0; left -= perSource) {
    const from = point()
    const to = Array.from({ length: Math.min(left, perSource) }, point)
    const plain = plainTree(streets, from)
    const byLabels = planMatrix(plan, streets, [from], to)
    const byBuckets = planMatrix({ ...plan, labels: undefined }, streets, [from], to)
    const searched = searching.matrix(mode, [from], to)
    for (const [j, goal] of to.entries()) {
      const expected = plain(goal)
      const [ms, meters] = [msOf(expected), metersOf(expected)]
      const isSame = (way: { milliseconds: number; meters: number } | undefined) => (way?.milliseconds ?? Infinity) === ms && (way?.meters ?? Infinity) === meters
      const answers: [what: string, same: boolean][] = [
        ['matrix from labels', byLabels[j] === expected],
        ['matrix from buckets', byBuckets[j] === expected],
        ['matrix searched', searched.milliseconds[j] === ms && searched.meters[j] === meters],
        ['way prepared', isSame(engine.route(mode, from, goal))],
        ['way searched', isSame(searching.route(mode, from, goal))],
      ]
      row.pairs++
      if (expected !== Infinity) row.reachable++
      const wrong = answers.filter(([, same]) => !same).map(([what]) => what)
      if (wrong.length === 0) continue
      row.differences++
      say(`${wrong.join(', ')} from ${from.lon},${from.lat} to ${goal.lon},${goal.lat}, expected ${ms} ms and ${meters} m`)
    }
  }
  engine.setNow(mode, {})
}
